# To be dot-sourced: starts another PowerShell of the kind that runs this one, whether that is a program or a .NET tool.

# The program, and what stands in front of PowerShell's own arguments.
function Get-SamePowerShell {
    $program = [System.Environment]::ProcessPath
    $entry = [System.Reflection.Assembly]::GetEntryAssembly()
    if (-not $program -or $entry.GetName().Name -ne 'pwsh') {
        throw "PowerShell is hosted by '$program' here, and cannot be started again by a test. Run the tests in pwsh."
    }
    # As a .NET tool, global or local, PowerShell has no program of its own: its process is `dotnet …/pwsh.dll`.
    $first = [System.IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet' ? @($entry.Location) : @()
    [pscustomobject]@{ Program = $program; First = [string[]] $first }
}

# Starts one with these arguments and gives its process. What it writes is dropped, unless -Redirect leaves it to the caller.
function Start-SamePowerShell([string[]] $ArgumentList, [switch] $Redirect) {
    $same = Get-SamePowerShell
    $start = [System.Diagnostics.ProcessStartInfo]::new($same.Program)
    foreach ($argument in $same.First + '-NoProfile' + '-NonInteractive' + $ArgumentList) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = $start.StandardErrorEncoding = [System.Text.UTF8Encoding]::new($false)
    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    if (-not $Redirect) {
        $process.BeginOutputReadLine()
        $process.BeginErrorReadLine()
    }
    $process
}

# As a call of the program: its lines are output and errors, its exit code is in $LASTEXITCODE. What takes too long is killed, and is an error.
function Invoke-SamePowerShell {
    $ErrorActionPreference = 'Continue'
    $limit = 300000
    $process = Start-SamePowerShell -ArgumentList $args -Redirect
    try {
        $output, $errors = $process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync()
        $ended = [System.Threading.Tasks.Task]::WaitAll(@($output, $errors), $limit) -and $process.WaitForExit($limit)
        if (-not $ended) { throw "PowerShell did not end within $($limit / 1000) s: $args" }
        $global:LASTEXITCODE = $process.ExitCode
    } finally {
        if (-not $process.HasExited) { $process.Kill($true) }
        $process.Dispose()
    }
    if ($output.Result) { $output.Result.TrimEnd() -split '\r?\n' }
    if ($errors.Result) { $errors.Result.TrimEnd() -split '\r?\n' | Write-Error }
}
