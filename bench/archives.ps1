#requires -Version 7.4
<#
.SYNOPSIS
How long archives take to be unpacked, against other programs and against what the disk needs at least.

.DESCRIPTION
Many small files from a zip, against making and writing the same files one after another, ZipFile, unzip and Expand-Archive; a large
deflated zip against unzip; a large tar.zst against tar. In turns, in one run; the operation's time includes the whole run of it.
Asserts nothing. Programs that are not there are left out.

.EXAMPLE
pwsh -NoProfile -File bench/archives.ps1 -Files 2000 -MiB 64
#>
[CmdletBinding()]
param(
    [int] $Rounds = 3,
    [int] $Files = 20000,
    [int] $MiB = 1024,
    # Expand-Archive takes minutes for as many files.
    [switch] $WithExpandArchive
)

$ErrorActionPreference = 'Stop'
$module = $env:LABRUNNER_MODULE ? $env:LABRUNNER_MODULE : (Join-Path $PSScriptRoot '../out/LabRunner')
Import-Module $module
. "$PSScriptRoot/Measure.ps1"

$folder = Join-Path ([IO.Path]::GetTempPath()) "labrunner-bench-archives-$PID"
$null = New-Item -ItemType Directory $folder
$has = { $null -ne (Get-Command $args[0] -CommandType Application -ErrorAction Ignore) }
$unpack = {
    param($Source, $Target)
    $result = Invoke-ParallelLabRunner -NoRecord -Operations @{ Name = 'unpack'; Provider = 'archive'; Source = $Source; Target = $Target; MaxSize = '100GB' }
    if ($result.Status -ne 'Succeeded') { throw $result.Error }
}
$compare = {
    param([string] $Title, [Collections.Specialized.OrderedDictionary] $Ways)
    $times = @{}
    foreach ($name in $Ways.Keys) { $times[$name] = [double[]]::new($Rounds) }
    foreach ($round in 0..($Rounds - 1)) {
        foreach ($name in $Ways.Keys) {
            $target = Join-Path $folder "out-$([guid]::NewGuid())"
            $times[$name][$round] = Measure-Milliseconds -Collect { & $Ways[$name] $target }
            [IO.Directory]::Delete($target, $true)
        }
    }
    "$Title, medians of $Rounds rounds"
    $first = Get-Median $times[@($Ways.Keys)[0]]
    foreach ($name in $Ways.Keys) {
        $middle = Get-Median $times[$name]
        '  {0,-40} {1,10:n0} ms   {2,6:n2} of it' -f $name, $middle, ($middle / $first)
    }
}

try {
    # Text of words that compress about as well as source code does.
    $random = [Random]::new(1)
    $words = foreach ($i in 1..4000) { -join (1..$random.Next(3, 11) | ForEach-Object { [char] $random.Next(97, 123) }) }
    $text = [Text.StringBuilder]::new()
    while ($text.Length -lt 4MB) { $null = $text.Append($words[$random.Next(4000)]).Append($random.Next(12) ? ' ' : "`n") }
    $bytes = [Text.Encoding]::ASCII.GetBytes("$text")

    $small = [Collections.Generic.List[object]]::new()
    foreach ($i in 0..($Files - 1)) {
        $small.Add([pscustomobject]@{ Name = "d$([int][math]::Floor($i / 100))/f$i.txt"; At = $random.Next(3MB); Length = $random.Next(200, 8000) })
    }
    $zip = Join-Path $folder 'small.zip'
    $archive = [IO.Compression.ZipFile]::Open($zip, 'Create')
    foreach ($file in $small) {
        $stream = $archive.CreateEntry($file.Name).Open()
        $stream.Write($bytes, $file.At, $file.Length)
        $stream.Dispose()
    }
    $archive.Dispose()
    # The floor is measured in compiled code, as PowerShell itself would take most of the time.
    Add-Type -TypeDefinition @'
public static class Floor
{
    public static void Write(string target, string[] names, byte[] bytes, int[] at, int[] length)
    {
        foreach (var folder in System.Linq.Enumerable.Distinct(System.Linq.Enumerable.Select(names, name => name.Substring(0, name.IndexOf('/')))))
        {
            System.IO.Directory.CreateDirectory(System.IO.Path.Combine(target, folder));
        }
        for (var i = 0; i < names.Length; i++)
        {
            using var file = new System.IO.FileStream(System.IO.Path.Combine(target, names[i]), System.IO.FileMode.CreateNew, System.IO.FileAccess.Write, System.IO.FileShare.None, 0);
            file.Write(bytes, at[i], length[i]);
        }
    }
}
'@
    $floor = [string[]] $small.Name, [int[]] $small.At, [int[]] $small.Length
    $ways = [ordered]@{ 'create and write, one thread' = { [Floor]::Write($args[0], $floor[0], $bytes, $floor[1], $floor[2]) } }
    $ways['archive operation'] = { & $unpack $zip $args[0] }
    $ways['ZipFile'] = { [IO.Compression.ZipFile]::ExtractToDirectory($zip, $args[0]) }
    if (& $has unzip) { $ways['unzip'] = { unzip -q $zip -d $args[0] } }
    if ($WithExpandArchive) { $ways['Expand-Archive'] = { $ProgressPreference = 'SilentlyContinue'; Expand-Archive $zip $args[0] } }
    & $compare "$Files small files from a zip of $([math]::Round((Get-Item $zip).Length / 1MB)) MiB" $ways

    # Eight large files in each of the two.
    $large = Join-Path $folder 'large.zip'
    $archive = [IO.Compression.ZipFile]::Open($large, 'Create')
    foreach ($i in 1..8) {
        $stream = $archive.CreateEntry("large$i.txt").Open()
        for ($left = [long] $MiB * 1MB / 8; $left -gt 0; $left -= 1MB) { $stream.Write($bytes, $random.Next(3MB), 1MB) }
        $stream.Dispose()
    }
    $archive.Dispose()
    $ways = [ordered]@{}
    if (& $has unzip) { $ways['unzip'] = { unzip -q $large -d $args[0] } }
    $ways['archive operation'] = { & $unpack $large $args[0] }
    & $compare "$MiB MiB from a deflated zip of $([math]::Round((Get-Item $large).Length / 1MB)) MiB" $ways

    if ((& $has tar) -and (& $has zstd)) {
        $source = Join-Path $folder 'large'
        & $unpack $large $source
        $tar = Join-Path $folder 'large.tar.zst'
        tar --zstd -cf $tar -C $source .
        $ways = [ordered]@{ 'tar' = { $null = New-Item -ItemType Directory $args[0]; tar --zstd -xf $tar -C $args[0] } }
        $ways['archive operation'] = { & $unpack $tar $args[0] }
        & $compare "$MiB MiB from a tar.zst of $([math]::Round((Get-Item $tar).Length / 1MB)) MiB" $ways
    }
} finally {
    Remove-Item -LiteralPath $folder -Recurse -Force
}
