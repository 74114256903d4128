# Work by Invoke-Parallel of PSParallelPipeline: what the cases call, said in its words.
Import-Module PSParallelPipeline -ErrorAction Stop

function Invoke-Work {
    param([scriptblock] $Block, [string] $File, [int] $Count = 1, [int] $Width = 4, [double] $Timeout, [string[]] $Functions, [string[]] $Variables,
        [string[]] $Modules, [scriptblock] $Initialization, [switch] $Grouped, [switch] $Progress, [hashtable] $Common = @{ })
    if ($File -or $Initialization) { throw [System.NotSupportedException]::new('It has no parameter for this.') }
    $more = @{ }
    if ($Timeout) { $more.TimeoutSeconds = [int]$Timeout }
    if ($Functions) { $more.Functions = $Functions }
    if ($Variables) { $more.Variables = @{ }; foreach ($name in $Variables) { $more.Variables[$name] = Get-Variable $name -ValueOnly } }
    if ($Modules) { $more.ModulePaths = @(Split-Path -Parent $Modules) }
    1..$Count | Invoke-Parallel -ThrottleLimit $Width -ScriptBlock $Block @more @Common
}

function Start-Work { throw [System.NotSupportedException]::new('It has no jobs.') }
