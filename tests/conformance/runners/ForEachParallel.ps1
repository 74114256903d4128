# Work by ForEach-Object -Parallel: what the cases call, said in its words.
function Invoke-Work {
    param([scriptblock] $Block, [string] $File, [int] $Count = 1, [int] $Width = 4, [double] $Timeout, [string[]] $Functions, [string[]] $Variables,
        [string[]] $Modules, [scriptblock] $Initialization, [switch] $Grouped, [switch] $Progress, [hashtable] $Common = @{ })
    if ($File -or $Initialization) { throw [System.NotSupportedException]::new('It has no parameter for this.') }
    if ($Timeout) { $Common = $Common + @{ TimeoutSeconds = [int]$Timeout } }
    if ($Modules) {
        # Its users import in the block.
        $paths = $Modules
        $Block = [scriptblock]::Create("Import-Module '$($paths -join "', '")'`n$Block")
    }
    1..$Count | ForEach-Object -ThrottleLimit $Width -Parallel $Block @Common
}

function Start-Work([scriptblock] $Block, [int] $Count = 1, [int] $Width = 4) { 1..$Count | ForEach-Object -AsJob -ThrottleLimit $Width -Parallel $Block }
