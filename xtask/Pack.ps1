# Makes a package of a staged module, installs it as a user does, from a folder that is a repository, and tries what was installed.
param(
    # Without it, the package lies in the folder already.
    [string] $Module,
    [Parameter(Mandatory)] [string] $Packages,
    # Where the files that were installed lie then, without a folder for the version.
    [Parameter(Mandatory)] [string] $Target
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$repository = "labrunner-pack-$PID"
Register-PSResourceRepository -Name $repository -Uri $Packages -Trusted
try {
    if ($Module) { Publish-PSResource -Path $Module -Repository $repository }
    if ($IsWindows) {
        # The folder of a user's own modules cannot be another one there.
        $modules = Join-Path -Path $Packages -ChildPath '../saved'
        $null = New-Item -ItemType Directory -Path $modules -Force
        Save-PSResource -Name LabRunner -Repository $repository -Path $modules -TrustRepository
        $env:PSModulePath = "$modules;$env:PSModulePath"
    } else {
        Install-PSResource -Name LabRunner -Repository $repository -Scope CurrentUser -TrustRepository
    }
} finally {
    Unregister-PSResourceRepository -Name $repository
}

# By its name, which is how a user finds it.
Import-Module -Name LabRunner
$installed = Get-Module -Name LabRunner
if ("$($installed.Version)" -ne (Split-Path -Path $installed.ModuleBase -Leaf)) { throw "Another LabRunner was found than the installed one: $($installed.ModuleBase)" }
foreach ($isolation in 'Shared', 'Runspace', 'Process') {
    $result = Invoke-ParallelLabRunner -Isolation $isolation -NoRecord -Operations @{ Name = 'answer'; ScriptBlock = { 40 + 2 } }
    if ($result.Output -ne 42) { throw "What was installed does not run an operation with -Isolation $($isolation): $($result.Error)" }
}
Copy-Item -Recurse -LiteralPath $installed.ModuleBase -Destination (Join-Path -Path $Target -ChildPath 'LabRunner')
