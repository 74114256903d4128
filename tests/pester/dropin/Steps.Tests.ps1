# Invoke-LabStep: the body runs in the caller's own session, and nothing is added to what it writes.

Describe 'Invoke-LabStep' {
    BeforeAll {
        function script:New-Script([string] $Name, [string] $Text) {
            $path = Join-Path $TestDrive $Name
            Set-Content -LiteralPath $path -Value $Text
            $path
        }
    }

    It 'lets the body see the variables, the functions and the $PSCmdlet of its script' {
        $script = New-Script 'step.ps1' @'
[CmdletBinding(SupportsShouldProcess)] param([object] $Config)
function Get-Local { "local $($Config.Name)" }
$own = 'mine'
Invoke-LabStep -Config $Config -Body {
    Get-Local; $own; $Config.Name
    $PSCmdlet.ShouldProcess('x')
    $MyInvocation.GetType().Name
}
'@
        & $script -Config @{ Name = 'WEB' } -WhatIf 6>$null | Should -Be @('local WEB', 'mine', 'WEB', $false, 'InvocationInfo')
    }

    It 'writes what the body writes, as it writes it, and nothing else' {
        $all = & (New-Script 'quiet.ps1' 'param($Config) Invoke-LabStep -Config $Config -Body { 1; "two"; , @(3, 4) }') -Config @{} *>&1
        $all.Count | Should -Be 3
        $all[2] | Should -Be @(3, 4)
        Invoke-LabStep -Config @{} -Body { 1..5 } | Select-Object -First 2 | Should -Be @(1, 2)
        Invoke-LabStep -Config @{} -Body { } *>&1 | Should -BeNullOrEmpty
    }

    It 'ends the body with return and the script with exit' {
        Invoke-LabStep -Body { 'first'; return; 'never' } | Should -Be 'first'
        $script = New-Script 'exit.ps1' "Invoke-LabStep -Body { 'before'; exit 7 }; 'never'"
        & $script | Should -Be 'before'
        $LASTEXITCODE | Should -Be 7
    }

    It 'lets an error through as it is, and logs it' {
        $fault = { Invoke-LabStep -Config @{} -Body { throw 'Test error' } 6>$null } | Should -Throw -PassThru
        $fault.Exception.Message | Should -BeExactly 'Test error'
        $fault.InvocationInfo.Line | Should -Match 'throw ''Test error'''
        $log = try { Invoke-LabStep -StepName 'Disk' -Body { throw 'full' } 6>&1 } catch { 'caught' }
        "$log" | Should -Match 'ERROR: Disk: full.*caught'
    }

    It 'logs nothing where the console is silent' -ForEach '0', 'SILENT' {
        $level = $env:LAB_CONSOLE_LEVEL
        try {
            $env:LAB_CONSOLE_LEVEL = $_
            $log = try { Invoke-LabStep -Body { throw 'full' } *>&1 } catch { 'caught' }
            $log | Should -Be 'caught'
        } finally {
            $env:LAB_CONSOLE_LEVEL = $level
        }
    }

    It 'leaves the body its own error preference' {
        $script = New-Script 'preference.ps1' '$ErrorActionPreference = "SilentlyContinue"; Invoke-LabStep -Body { $ErrorActionPreference; Get-Item ./none; "went on" }'
        & $script | Should -Be @('SilentlyContinue', 'went on')
    }

    It 'gives a body with a parameter the configuration: <Name>' -ForEach @(
        @{ Name = 'a hashtable'; Config = @{ name = 'x' } }
        @{ Name = 'an object'; Config = [pscustomobject]@{ name = 'x' } }
        @{ Name = 'JSON text'; Config = '{ "name": "x" }' }
    ) {
        Invoke-LabStep -Config $Config -Body { param($Lab) $Lab.name } | Should -Be 'x'
        Invoke-LabStep { param($Config) $Config.name } $Config | Should -Be 'x'
    }

    It 'reads a configuration from a file: <File>' -ForEach @(
        @{ File = 'a.json'; Text = '{ "name": "x" }' }
        @{ File = 'b [1] ü.json'; Text = '{ "name": "x" }' }
        @{ File = 'c.yaml'; Text = 'name: x' }
    ) {
        Set-Content -LiteralPath (Join-Path $TestDrive $File) -Value $Text
        Push-Location $TestDrive
        try { Invoke-LabStep -Config $File -Body { param($Config) $Config.name } | Should -Be 'x' } finally { Pop-Location }
    }

    It 'passes <Name> as it stands' -ForEach @(
        @{ Name = 'null'; Config = $null }
        @{ Name = 'an empty text'; Config = '' }
        @{ Name = 'a text'; Config = 'plain text: with a colon' }
        @{ Name = 'a very long text'; Config = 'x' * 100000 }
        @{ Name = 'a number'; Config = 3 }
    ) {
        Invoke-LabStep -Config $Config -Body { param($Config) , $Config } | Should -Be $Config
    }

    It 'refuses a broken JSON file with its path' {
        Set-Content -Path TestDrive:/bad.json -Value '{ "name": '
        { Invoke-LabStep -Config TestDrive:/bad.json -Body { 'ran' } } | Should -Throw -ErrorId 'LabRunner.MalformedJson,Invoke-LabStep' -ExpectedMessage '*bad.json*'
    }

    It 'runs a command, a text or a block in place of a body' {
        Invoke-LabStep -StepName 'Step' -Command "echo 'test'" | Should -Be 'test'
        Invoke-LabStep -StepName 'Step' -Command { 'block' } | Should -Be 'block'
        function Deploy-It { param($Server, $Config) "$Server $($Config.name)" }
        Invoke-LabStep -Name Deploy-It -Parameters @{ Server = 'WEB-01' } -Config @{ name = 'x' } | Should -Be 'WEB-01 x'
        Invoke-LabStep -Body { param($Name, $Config) "$Name $($Config.a)" } -Parameters @{ Name = 'n' } -Config @{ a = 1 } | Should -Be 'n 1'
    }

    It 'says what is missing' {
        { Invoke-LabStep } | Should -Throw -ErrorId 'LabRunner.MissingWork,Invoke-LabStep'
        { Invoke-LabStep -Body $null -Config @{} } | Should -Throw -ErrorId 'LabRunner.MissingWork,Invoke-LabStep'
        { Invoke-LabStep -StepName 'No-SuchStep' } | Should -Throw -ErrorId 'LabRunner.CommandNotFound,Invoke-LabStep' -ExpectedMessage '*No-SuchStep*'
        { Invoke-LabStep -Body 'text' } | Should -Throw
    }
}
