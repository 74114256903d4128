function Invoke-LabNpm {
    <#
    .SYNOPSIS
        Runs npm with the arguments as they are, and logs the call.
    .DESCRIPTION
        Everything after the command goes to npm, -g and the like among it. What npm writes is returned; its exit code is in
        $LASTEXITCODE. When npm is missing, that is an error (LabRunner.ProgramNotFound).
    .EXAMPLE
        Invoke-LabNpm install -g yarn
    .OUTPUTS
        What npm writes.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Invoke-LabNpm.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Invoke-LabStep
    .LINK
        about_LabRunner
    #>

    # Not an advanced function: one would take npm's -v, -d or -e for parameters of its own.
    $given = $args
    # Also called as Invoke-LabNpm -Command install.
    if ("$($given[0])" -eq '-Command') { $given = @($given | Select-Object -Skip 1) }
    if (-not (Get-Command -Name npm -ErrorAction Ignore)) {
        throw (New-LabError -Id ProgramNotFound -Message 'npm was not found.' -Advice 'Install Node.js, or add its folder to the PATH.' -Target 'npm' -Category ObjectNotFound)
    }
    Write-LabLog "Running npm $($given -join ' ')" 'INFO'
    npm @given
}
