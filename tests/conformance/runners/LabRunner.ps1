# Work by Invoke-ParallelLabRunner: what the cases call, said in its words.
$module = $env:LABRUNNER_MODULE ? $env:LABRUNNER_MODULE : [System.IO.Path]::Combine($PSScriptRoot, '../../../out/LabRunner')
if (-not (Get-Module LabRunner)) { Import-Module $module -ErrorAction Stop }

function New-Work([scriptblock] $Block, [string] $File, [int] $Count, [double] $Timeout) {
    foreach ($i in 1..$Count) {
        $one = @{ Name = "work-$i" }
        if ($File) { $one.Path = $File } else { $one.ScriptBlock = $Block }
        if ($Timeout) { $one.Timeout = "${Timeout}s" }
        $one
    }
}

function Invoke-Work {
    param([scriptblock] $Block, [string] $File, [int] $Count = 1, [int] $Width = 4, [double] $Timeout, [string[]] $Functions, [string[]] $Variables,
        [string[]] $Modules, [scriptblock] $Initialization, [switch] $Grouped, [switch] $Progress, [hashtable] $Common = @{ })
    $more = @{ }
    if ($Functions) { $more.Functions = $Functions }
    if ($Variables) { $more.Variables = $Variables }
    if ($Modules) { $more.Modules = $Modules }
    if ($Initialization) { $more.InitializationScript = $Initialization }
    if ($Grouped) { $more.OutputMode = 'Grouped' }
    if ($Progress) { $more.ShowProgress = $true }
    Invoke-ParallelLabRunner -Operations (New-Work $Block $File $Count $Timeout) -MaxConcurrency $Width -ContinueOnError @more @Common | ForEach-Object Output
}

function Start-Work([scriptblock] $Block, [int] $Count = 1, [int] $Width = 4) {
    Invoke-ParallelLabRunner -AsJob -Operations (New-Work $Block '' $Count 0) -MaxConcurrency $Width
}
