# To be dot-sourced: how the benchmarks take time and middle.

# How long a block takes, in milliseconds; what it puts out is dropped.
function Measure-Milliseconds([scriptblock] $Block, [switch] $Collect) {
    if ($Collect) { [GC]::Collect() }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    [void](& $Block)
    $watch.Elapsed.TotalMilliseconds
}

# The value in the middle; of an even number, the upper one.
function Get-Median([double[]] $Values) {
    [array]::Sort($Values)
    $Values[[math]::Floor($Values.Count / 2)]
}

# The value in the middle, and the lowest and the highest one.
function Format-Spread([double[]] $Values, [string] $Format, [string] $Unit) {
    $middle = Get-Median $Values
    "{0,8:$Format}{1}   ({2:$Format} to {3:$Format})" -f $middle, $Unit, ($Values | Measure-Object -Minimum).Minimum, ($Values | Measure-Object -Maximum).Maximum
}
