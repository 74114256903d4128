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
