# To be dot-sourced: starts another PowerShell of the kind that runs this one. As a .NET tool it has no program of its own.
function Invoke-SamePowerShell {
    $program = [System.Environment]::ProcessPath
    $first = @()
    if ([System.IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') {
        $first = @([System.IO.Path]::Combine($PSHOME, 'pwsh.dll'))
    }
    & $program @first -NoProfile -NonInteractive @args
}
