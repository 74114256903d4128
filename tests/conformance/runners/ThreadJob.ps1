# Work by Start-ThreadJob: what the cases call, said in its words.
Import-Module Microsoft.PowerShell.ThreadJob -ErrorAction Stop

function Invoke-Work {
    param([scriptblock] $Block, [string] $File, [int] $Count = 1, [int] $Width = 4, [double] $Timeout, [string[]] $Functions, [string[]] $Variables,
        [string[]] $Modules, [scriptblock] $Initialization, [switch] $Grouped, [switch] $Progress, [hashtable] $Common = @{ })
    if ($Timeout) { throw [System.NotSupportedException]::new('It has no parameter for this.') }
    $what = $File ? @{ FilePath = $File } : @{ ScriptBlock = $Block }
    if ($Modules) { $Initialization = [scriptblock]::Create("Import-Module '$($Modules -join "', '")'") }
    if ($Initialization) { $what.InitializationScript = $Initialization }
    $jobs = foreach ($i in 1..$Count) { Start-ThreadJob -ThrottleLimit $Width @what @Common }
    # One job after the other is how its users group what jobs write.
    if ($Grouped) { foreach ($job in $jobs) { $job | Receive-Job -Wait -AutoRemoveJob } } else { $jobs | Receive-Job -Wait -AutoRemoveJob }
}

function Start-Work([scriptblock] $Block, [int] $Count = 1, [int] $Width = 4) { foreach ($i in 1..$Count) { Start-ThreadJob -ThrottleLimit $Width -ScriptBlock $Block } }
