# To be dot-sourced: what the cases share.

# Every file below cases/ gives one dictionary: Id, Link, Expects (one sentence), Test (throws when the runner does not do it).
function Get-ConformanceCase { Get-ChildItem -LiteralPath ([System.IO.Path]::Combine($PSScriptRoot, 'cases')) -Filter *.ps1 | Sort-Object Name | ForEach-Object { & $_.FullName } }

# Ends a test: the runner does not do what the case expects.
function Deny([string] $Why) { throw $Why }

function Assert-Same($Actual, $Expected, [string] $What) {
    if (-not [object]::Equals("$Actual", "$Expected")) { Deny "$What is '$Actual' and not '$Expected'" }
}

# Runs a script with this runner in a runspace of its own, so that the test can stop it, and see what it wrote.
function Start-Apart([scriptblock] $Script, [hashtable] $Values = @{ }) {
    $shell = [powershell]::Create()
    $null = $shell.AddScript({ param($Runner, $Text, $Values) . $Runner; foreach ($name in $Values.Keys) { Set-Variable $name $Values[$name] }; . ([scriptblock]::Create($Text)) })
    $null = $shell.AddArgument($runnerFile).AddArgument("$Script").AddArgument($Values)
    [pscustomobject]@{ Shell = $shell; Running = $shell.BeginInvoke() }
}

# All progress records of a call that was waited for. Where there is no terminal (a log, a CI system) lines of text may stand for the bars;
# they are beside them.
# Whether there is a screen that could show bars.
function Test-Terminal { -not ($env:CI -or [System.Console]::IsOutputRedirected -or $env:TERM -eq 'dumb') }

function Get-Progress([scriptblock] $Script, [hashtable] $Values = @{ }) {
    $apart = Start-Apart $Script $Values
    try {
        if (-not $apart.Running.AsyncWaitHandle.WaitOne(20000)) { Deny 'it did not end within 20 s' }
        @{ Bars = @($apart.Shell.Streams.Progress); Lines = @($apart.Shell.Streams.Information | ForEach-Object { "$_" } | Where-Object { $_ -match '^\[\d+/\d+\]' }) }
    } finally { $apart.Shell.Dispose() }
}
