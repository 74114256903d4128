#requires -Version 7.4
<#
.SYNOPSIS
What reading a large lab into objects costs, against ConvertFrom-Yaml of powershell-yaml and ConvertFrom-Json.

.DESCRIPTION
Every figure is the median of several rounds that take turns; ratios are what counts. powershell-yaml takes some twenty
seconds a round, so that it gets one; where it is not installed that row is left out.

.EXAMPLE
./bench/config.ps1
#>
[CmdletBinding()]
param(
    [int] $Rounds = 5,
    [int] $Operations = 5000
)

$ErrorActionPreference = 'Stop'
$module = $env:LABRUNNER_MODULE ? $env:LABRUNNER_MODULE : (Join-Path $PSScriptRoot '../out/LabRunner')
Import-Module $module

. "$PSScriptRoot/Measure.ps1"

$folder = Join-Path ([IO.Path]::GetTempPath()) "labrunner-bench-$PID"
$null = New-Item -ItemType Directory $folder
try {
    $text = [Text.StringBuilder]::new("name: large`nsettings: { max-concurrency: 8 }`noperations:`n")
    for ($i = 0; $i -lt $Operations; $i++) {
        $null = $text.Append("  - name: operation-$i`n    type: Deploy`n    priority: $(1 + $i % 10)`n    timeout: 30`n")
        if ($i -gt 0) { $null = $text.Append("    dependencies: [operation-$([int]($i / 2) - ($i -eq 1))]`n") }
        $null = $text.Append("    resources: { memory-gb: $(1 + $i % 4) }`n    parameters:`n      server: SRV-$i`n      port: $(8000 + $i)`n      tags: [web, `"tier-$($i % 3)`"]`n")
        $null = $text.Append("    script: |`n      param(`$server, `$port, `$tags)`n      Write-Output `"deploying `$server`"`n")
    }
    $yaml = Join-Path $folder 'large.yaml'
    $json = Join-Path $folder 'large.json'
    [IO.File]::WriteAllText($yaml, $text.ToString())
    Export-LabConfig -Source $yaml -Path $json
    $jsonText = [IO.File]::ReadAllText($json)

    $ofYaml = [double[]]::new($Rounds)
    $ofJson = [double[]]::new($Rounds)
    $peer = [double[]]::new($Rounds)
    $check = [double[]]::new($Rounds)
    [void](Get-LabConfig $yaml)
    [void](ConvertFrom-Json $jsonText -AsHashtable)
    for ($round = 0; $round -lt $Rounds; $round++) {
        $ofYaml[$round] = Measure-Milliseconds -Collect { Get-LabConfig $yaml }
        $ofJson[$round] = Measure-Milliseconds -Collect { Get-LabConfig $json }
        $peer[$round] = Measure-Milliseconds -Collect { [IO.File]::ReadAllText($json) | ConvertFrom-Json -AsHashtable }
        $check[$round] = Measure-Milliseconds -Collect { Test-LabConfiguration $yaml }
    }
    $ofYaml, $ofJson, $peer, $check = (Get-Median $ofYaml), (Get-Median $ofJson), (Get-Median $peer), (Get-Median $check)

    Write-Output "PowerShell $($PSVersionTable.PSVersion), median of $Rounds rounds, $Operations operations"
    Write-Output ''
    Write-Output ('to objects, YAML of {0:n1} MiB and JSON of {1:n1} MiB' -f ((Get-Item $yaml).Length / 1MB), ((Get-Item $json).Length / 1MB))
    Write-Output ('  ConvertFrom-Json -AsHashtable            {0,8:n0} ms' -f $peer)
    Write-Output ('  Get-LabConfig, JSON                      {0,8:n0} ms   {1:n2} times as fast' -f $ofJson, ($peer / $ofJson))
    Write-Output ('  Get-LabConfig, YAML                      {0,8:n0} ms' -f $ofYaml)
    Write-Output ('  Test-LabConfiguration, YAML              {0,8:n0} ms' -f $check)
    if (Get-Module -ListAvailable powershell-yaml) {
        Import-Module powershell-yaml
        $other = Measure-Milliseconds -Collect { ConvertFrom-Yaml ([IO.File]::ReadAllText($yaml)) -Ordered }
        Write-Output ('  ConvertFrom-Yaml of powershell-yaml      {0,8:n0} ms   Get-LabConfig is {1:n0} times as fast' -f $other, ($other / $ofYaml))
    } else {
        Write-Output '  ConvertFrom-Yaml of powershell-yaml      is not installed'
    }
} finally {
    Remove-Item $folder -Recurse
}
