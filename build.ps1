<#
.SYNOPSIS
Builds, runs and tests LabRunner: ./build.ps1 [build|run|test|lint|bench|pack|bindings|docs|help].
.DESCRIPTION
Needs a Rust toolchain and the .NET SDK; everything else is fetched or built. build.sh is its twin.
Runs in Windows PowerShell 5.1 too, so that a fresh Windows can start with it.
#>
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot

function Stop-Build([string] $Sentence) {
    [Console]::Error.WriteLine("error: $Sentence")
    exit 1
}

if (-not (Get-Command -Name cargo -CommandType Application -ErrorAction Ignore)) {
    Stop-Build 'cargo is not on PATH; install Rust from https://rustup.rs'
}
if (-not (Get-Command -Name dotnet -CommandType Application -ErrorAction Ignore)) {
    Stop-Build 'dotnet is not on PATH; install the .NET SDK 10 from https://dot.net'
}
if (-not (@(dotnet --list-sdks) -match '^10\.')) {
    Stop-Build 'dotnet has no SDK 10, which global.json asks for; install it from https://dot.net'
}

# What `cargo fetch` says; its exit code is in $LASTEXITCODE.
function Invoke-Fetch([string[]] $Config) {
    # Windows PowerShell turns what a program writes to its error stream into errors.
    $ErrorActionPreference = 'Continue'
    (cargo fetch -q --locked @Config 2>&1 | ForEach-Object -Process { "$_" }) -join ' '
}

# Whether cargo can get what Cargo.lock names without help: from its cache, its default registry, or a source the
# user has configured. Asked once for each Cargo.lock, and only where there is something to fall back to.
function Test-Registry {
    $target = if ($env:CARGO_TARGET_DIR) { $env:CARGO_TARGET_DIR } else { Join-Path $root 'target' }
    $note = Join-Path (Join-Path $target 'labrunner') 'registry'
    $lock = Get-Item -LiteralPath (Join-Path $root 'Cargo.lock')
    if (-not (Test-Path -LiteralPath $note) -or (Get-Item -LiteralPath $note).LastWriteTimeUtc -le $lock.LastWriteTimeUtc) {
        $null = New-Item -ItemType Directory -Force -Path (Split-Path -Path $note)
        $retry, $timeout = $env:CARGO_NET_RETRY, $env:CARGO_HTTP_TIMEOUT
        try {
            $env:CARGO_NET_RETRY, $env:CARGO_HTTP_TIMEOUT = '0', '5'
            $null = Invoke-Fetch @()
            $answer = if ($LASTEXITCODE -eq 0) { 'default' } else { 'local' }
        } finally {
            $env:CARGO_NET_RETRY, $env:CARGO_HTTP_TIMEOUT = $retry, $timeout
        }
        Set-Content -LiteralPath $note -Value $answer
    }
    (Get-Content -LiteralPath $note) -eq 'default'
}

Push-Location -LiteralPath $root
try {
    $fallback = Join-Path (Join-Path (Split-Path -Path $root) 'shared') 'crates'
    $crates = $env:LABRUNNER_CRATES
    if ($crates) {
        if (-not (Test-Path -LiteralPath (Join-Path $crates 'index') -PathType Container)) {
            Stop-Build "LABRUNNER_CRATES=$crates is not a cargo local registry (it has no index folder)"
        }
        $crates = (Resolve-Path -LiteralPath $crates).ProviderPath
    } elseif ((Test-Path -LiteralPath (Join-Path $fallback 'index') -PathType Container) -and -not (Test-Registry)) {
        $crates = (Resolve-Path -LiteralPath $fallback).ProviderPath
    }

    $config = @()
    if ($crates) {
        # Source replacement, so that the same Cargo.lock serves both registries. xtask reads the variable.
        # TOML's literal strings: a Windows path needs no escapes, and no quote is lost on the way to cargo.
        $config = @(
            '--config', "source.crates-io.replace-with='labrunner-local'",
            '--config', "source.labrunner-local.local-registry='$crates'"
        )
        # Cargo refuses a folder that the user's own configuration already names; then nothing has to be replaced.
        if ((Invoke-Fetch $config) -match 'is already defined by') {
            $config = @()
            $crates = $null
        }
    }
    $before = $env:LABRUNNER_CRATES
    try {
        $env:LABRUNNER_CRATES = $crates
        cargo run -q -p xtask --locked @config -- @args
        $code = $LASTEXITCODE
    } finally {
        $env:LABRUNNER_CRATES = $before
    }
} finally {
    Pop-Location
}
exit $code
