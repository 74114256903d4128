function Invoke-OpenTofuInstaller {
    <#
    .SYNOPSIS
        Downloads a release of OpenTofu, checks it against its checksums, and installs it for the current user.
    .DESCRIPTION
        Downloads the archive for this machine and the list of SHA-256 checksums of the release, checks the one against the
        other, and puts the program tofu into -InstallPath. With -CosignPath the list's signature is checked as well. Nothing
        is installed that was not checked, and an installation that is there is replaced only when all of that has worked.

        The PATH is not changed; the result says what to add to it.
    .PARAMETER OpenTofuVersion
        The version, such as 1.10.6; the latest release when left out.
    .PARAMETER CosignPath
        The program cosign, to check the signature of the checksums.
    .PARAMETER InstallPath
        The folder for the program; by default one of the user's own.
    .PARAMETER BaseUrl
        Where the releases are, for a mirror: the addresses are <BaseUrl>/v<version>/<file>.
    .EXAMPLE
        Invoke-OpenTofuInstaller -OpenTofuVersion 1.10.6 -InstallPath ./tofu -WhatIf

        Tells what would be installed where.
    .OUTPUTS
        An object with Version, Path (of the program), Verified (checksum, or checksum and signature) and InPath.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Invoke-OpenTofuInstaller.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Start-EnhancedLabDeployment
    .LINK
        about_LabRunner
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0)]
        [AllowEmptyString()]
        [string] $CosignPath,

        [Parameter(Position = 1)]
        [AllowEmptyString()]
        [string] $OpenTofuVersion = 'latest',

        [string] $InstallPath,

        [ValidateNotNullOrEmpty()]
        [string] $BaseUrl = 'https://github.com/opentofu/opentofu/releases/download'
    )

    $refuse = {
        param([string] $Id, [string] $Message, [string] $Advice, [object] $Target, [string] $Category, [System.Exception] $Inner)
        $PSCmdlet.ThrowTerminatingError((New-LabError -Id $Id -Message $Message -Advice $Advice -Target $Target -Category $Category -Inner $Inner))
    }
    $system = switch (Get-Platform) { 'Windows' { 'windows' } 'Linux' { 'linux' } 'MacOS' { 'darwin' } default { '' } }
    $processor = switch ("$([System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture)") { 'X64' { 'amd64' } 'Arm64' { 'arm64' } 'X86' { '386' } 'Arm' { 'arm' } default { '' } }
    if (-not $system -or -not $processor) {
        & $refuse NotAvailable 'OpenTofu has no release for this machine.' 'Build it from source.' $null 'NotInstalled'
    }
    $cosign = $null
    if ($CosignPath) {
        $cosign = @(Get-Command -Name $CosignPath -CommandType Application, ExternalScript, Function -ErrorAction Ignore)[0]
        if (-not $cosign) {
            & $refuse ProgramNotFound "cosign was not found as '$CosignPath'." 'Give the path of the program, or leave -CosignPath out to check the checksum alone.' $CosignPath 'ObjectNotFound'
        }
    }
    $folder = if ($InstallPath) {
        Resolve-LabFilePath -Caller $PSCmdlet -Path $InstallPath
    } elseif ($IsWindows) {
        [System.IO.Path]::Combine([System.Environment]::GetFolderPath('LocalApplicationData'), 'Programs', 'OpenTofu')
    } else {
        [System.IO.Path]::Combine([System.Environment]::GetFolderPath('UserProfile'), '.local', 'bin')
    }
    $program = if ($IsWindows) { 'tofu.exe' } else { 'tofu' }
    $target = [System.IO.Path]::Combine($folder, $program)
    if (-not $PSCmdlet.ShouldProcess($target, "Install OpenTofu $OpenTofuVersion")) { return }

    $work = [System.IO.Path]::Combine((Get-CrossPlatformTempPath), "opentofu_$([guid]::NewGuid())")
    $null = [System.IO.Directory]::CreateDirectory($work)
    $fetch = {
        param([string] $Address, [string] $File)
        $place = [System.IO.Path]::Combine($work, $File)
        try {
            Invoke-LabWebRequest -Uri $Address -OutFile $place -UseBasicParsing -Caller $PSCmdlet
        } catch {
            & $refuse DownloadFailed "'$Address' cannot be downloaded: $($_.Exception.Message)" 'Check the network and the version. Without a network, name a mirror with -BaseUrl.' $Address 'ResourceUnavailable' $_.Exception
        }
        $place
    }
    try {
        $version = "$OpenTofuVersion".Trim().TrimStart('v', 'V')
        if (-not $version -or $version -eq 'latest') {
            $list = & $fetch 'https://get.opentofu.org/tofu/api.json' 'api.json'
            $known = (ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($list))).versions.id
            $version = @($known | Where-Object { $_ -match '^\d+\.\d+\.\d+$' } | Sort-Object -Property { [version] $_ } -Descending)[0]
            if (-not $version) { & $refuse DownloadFailed 'The list of OpenTofu releases names none.' 'Give -OpenTofuVersion.' $list 'InvalidData' }
        }
        if ($version -notmatch '^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$') {
            & $refuse InvalidValue "'$OpenTofuVersion' is not a version of OpenTofu." 'Write it like 1.10.6.' $OpenTofuVersion 'InvalidArgument'
        }
        $release = "$($BaseUrl.TrimEnd('/'))/v$version"
        $name = "tofu_${version}_${system}_$processor.zip"
        $sumsName = "tofu_${version}_SHA256SUMS"

        Write-LabLog "Downloading OpenTofu $version for $system/$processor" 'INFO'
        $archive = & $fetch "$release/$name" $name
        $sums = & $fetch "$release/$sumsName" $sumsName
        $verified = 'checksum'
        if ($cosign) {
            $signature = & $fetch "$release/$sumsName.sig" "$sumsName.sig"
            $certificate = & $fetch "$release/$sumsName.pem" "$sumsName.pem"
            $branch = ($version -split '\.')[0..1] -join '.'
            $global:LASTEXITCODE = 0
            $said = & $cosign verify-blob --certificate-identity "https://github.com/opentofu/opentofu/.github/workflows/release.yml@refs/heads/v$branch" --signature $signature --certificate $certificate --certificate-oidc-issuer 'https://token.actions.githubusercontent.com' $sums 2>&1
            if ($global:LASTEXITCODE -ne 0) {
                & $refuse VerificationFailed "The signature of the checksums of OpenTofu $version is not good: $("$said".Trim())" 'Nothing was installed. Download it again, and do not use what was downloaded.' $sums 'SecurityError'
            }
            $verified = 'checksum and signature'
        }

        $wanted = $null
        foreach ($line in [System.IO.File]::ReadAllLines($sums)) {
            $hash, $of = $line.Trim() -split '\s+\*?', 2
            if ($of -eq $name) { $wanted = $hash }
        }
        if (-not $wanted) { & $refuse VerificationFailed "The checksums of OpenTofu $version have none for $name." 'Nothing was installed.' $sums 'SecurityError' }
        $actual = (Get-FileHash -LiteralPath $archive -Algorithm SHA256).Hash
        if ($actual -ne $wanted) {
            & $refuse VerificationFailed "The checksum of $name is $($actual.ToLowerInvariant()), and should be $($wanted.ToLowerInvariant())." 'Nothing was installed. Download it again.' $archive 'SecurityError'
        }

        try {
            $fresh = [System.IO.Path]::Combine($work, 'unpacked')
            [System.IO.Compression.ZipFile]::ExtractToDirectory($archive, $fresh)
            $binary = [System.IO.Path]::Combine($fresh, $program)
            if (-not [System.IO.File]::Exists($binary)) { throw "it has no $program" }
            $null = [System.IO.Directory]::CreateDirectory($folder)
            # Beside its place first: the last step is one that cannot be half done.
            $beside = "$target.new"
            [System.IO.File]::Copy($binary, $beside, $true)
            if (-not $IsWindows) { [System.IO.File]::SetUnixFileMode($beside, 'UserRead, UserWrite, UserExecute, GroupRead, GroupExecute, OtherRead, OtherExecute') }
            [System.IO.File]::Move($beside, $target, $true)
        } catch {
            if ([System.IO.File]::Exists("$target.new")) { [System.IO.File]::Delete("$target.new") }
            & $refuse InstallationFailed "OpenTofu $version cannot be installed to '$folder': $($_.Exception.GetBaseException().Message)" 'Name a folder you may write to with -InstallPath.' $folder 'WriteError' $_.Exception
        }
    } finally {
        [System.IO.Directory]::Delete($work, $true)
    }

    $inPath = $env:PATH -split [System.IO.Path]::PathSeparator -contains $folder
    Write-LabLog "OpenTofu $version is installed: $target" 'SUCCESS'
    if (-not $inPath) { Write-LabLog "Add '$folder' to the PATH to call it as tofu." 'INFO' }
    [pscustomobject]@{ Version = $version; Path = $target; Verified = $verified; InPath = $inPath }
}
