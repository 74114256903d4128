function Read-LoggedInput {
    <#
    .SYNOPSIS
        Asks the user for a line and logs the answer.
    .DESCRIPTION
        Where no one can answer (a host without a user, or the environment variable PESTER_RUN is 'true' - the default value
        is returned at once. A secure answer is never logged.
    .PARAMETER Prompt
        The question.
    .PARAMETER AsSecureString
        Hides what is typed and returns a SecureString.
    .PARAMETER DefaultValue
        The answer to use when the session is not interactive.
    .EXAMPLE
        $name = Read-LoggedInput 'Name of the lab?' -DefaultValue 'Lab-01'
    .OUTPUTS
        System.String, or System.Security.SecureString with -AsSecureString.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Read-LoggedInput.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Get-MenuSelection
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType([string], [securestring])]
    param(
        [Parameter(Mandatory, Position = 0)]
        [string] $Prompt,

        [switch] $AsSecureString,

        [AllowEmptyString()]
        [string] $DefaultValue = ''
    )

    $settings = 'LabRunner.LabRunnerConfiguration' -as [type]
    if (($settings -and $settings::IsNonInteractive) -or $Host.Name -eq 'Default Host' -or -not [System.Environment]::UserInteractive -or $env:PESTER_RUN -eq 'true') {
        Write-LabLog "Nobody can be asked; the default is used for: $Prompt" 'INFO'
        if (-not $AsSecureString) { return $DefaultValue }
        $secret = [System.Security.SecureString]::new()
        foreach ($character in $DefaultValue.ToCharArray()) { $secret.AppendChar($character) }
        return $secret
    }

    if ($AsSecureString) {
        Write-LabLog "$Prompt (secure input)"
        return Read-Host -Prompt $Prompt -AsSecureString
    }
    $answer = Read-Host -Prompt $Prompt
    Write-LabLog "${Prompt}: $answer"
    $answer
}
