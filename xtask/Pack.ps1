# Makes a package of a staged module and installs it as a user does, from a folder that is a repository.
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Packages,
    # Where the installed module lies then, as LabRunner/<version>.
    [Parameter(Mandatory)] [string] $Target
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$repository = "labrunner-pack-$PID"
Register-PSResourceRepository -Name $repository -Uri $Packages -Trusted
try {
    Publish-PSResource -Path $Module -Repository $repository
    if ($IsWindows) {
        # The folder of a user's own modules cannot be another one there.
        Save-PSResource -Name LabRunner -Repository $repository -Path $Target -TrustRepository
    } else {
        Install-PSResource -Name LabRunner -Repository $repository -Scope CurrentUser -TrustRepository
        Move-Item -LiteralPath "$HOME/.local/share/powershell/Modules/LabRunner" -Destination $Target
    }
} finally {
    Unregister-PSResourceRepository -Name $repository
}
