# A variable of the session that an operation reads without $using: is empty there. That is said before the run, and never of anything else.

Describe 'A variable of the session' {
    BeforeAll {
        $ErrorActionPreference = 'Continue'
        . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
        # What is warned of, of the variables alone.
        function Get-Warned([scriptblock] $Call) { @(& $Call 3>&1 2>$null | Where-Object { $_ -is [System.Management.Automation.WarningRecord] } | ForEach-Object Message | Where-Object { $_ -like '*does not reach*' }) }
        function Get-WarnedOf([scriptblock] $Block, [hashtable] $With = @{ DryRun = $true }, [hashtable] $Also = @{}) { Get-Warned { Invoke-ParallelLabRunner @(@{ Name = 'a'; ScriptBlock = $Block } + $Also) @With } }
        $server = 'SQL-01'
        $names = 'a', 'b'
        $splat = @{ Name = 'x' }
        $count = 3
        $nothing = $null
    }

    It 'that is read without $using: is warned of before the run, with the way to bring it' {
        $warned = Get-Warned { Invoke-ParallelLabRunner @{ Name = 'web'; ScriptBlock = {
                    "v=$server."
                } } }
        $warned | Should -BeLike "Operation 'web' reads `$server (line *) and does not set it, and the caller's `$server does not reach it. Write `$using:server, pass the value in Parameters, or run it with -Variables server."
    }

    It 'is found in <_>' -ForEach '{ $server }', '{ "to $server" }', '{ "to $($server.Length)" }', '{ Write-Output @splat }', '{ if ($SERVER -eq 1) { 2 } }', '{ $global:server }', '{ 1 | ForEach-Object { "$_ $server" } }',
    '{ 1 | Where-Object { $_ -ne $count } }', '{ & { $server } }', '{ $names.Where({ $_ -eq $server }) }', '{ function f { $server }; f }', '{ $server.Name = 1 }', '{ param($a = $server) $a }', '{ $using:names; $server }' {
        Get-WarnedOf ([scriptblock]::Create($_.Trim('{', '}'))) | Should -BeLike "Operation 'a' reads *"
    }

    It 'is not meant by <_>' -ForEach '{ $using:server }', '{ $server = 1; $server }', '{ [string] $server = "x"; $server }', '{ $a, $server = 1, 2; $server }', '{ foreach ($server in 1, 2) { $server } }', '{ param($server) $server }',
    '{ $count++; $count }', '{ $count += 1 }', '{ $_; $args; $input; $this; $PSItem; $Error; $LASTEXITCODE; $Matches; $PSScriptRoot; $true; $null }', '{ $env:PATH; $ErrorActionPreference; $Host; $PID; $HOME; $PWD; $PSVersionTable; $IsLinux }',
    '{ Get-Item / -OutVariable server | Out-Null; $server }', '{ Get-Item / -ov +server | Out-Null; $server }', '{ 1 | Tee-Object -Variable server; $server }', '{ Set-Variable server 1; $server }', '{ Set-Variable -Value 1 -Name server; $server }',
    '{ New-Variable -Name server -Value 1 -Force; $server }', '{ $n = "server"; Set-Variable $n 1; $server }', '{ Set-Item variable:server 1; $server }', '{ . { $server = 1 }; $server }', '{ Invoke-Expression "`$server = 1"; $server }',
    '{ [int]::TryParse("1", [ref] $count); $count }', '{ 1 | ForEach-Object { param($server) $server } }', '{ $f = { $server }; "$f" }', '{ Invoke-Command -Session $null -ScriptBlock { $server } }', '{ 1 | ForEach-Object -Parallel { $server } }',
    '{ $local:server }', '{ $nothing }', '{ $notThereAtAll }', '{ $ExecutionContext.SessionState.PSVariable.Set("server", 1); $server }', '{ ${function:prompt} }', '{ $script:server = 1; $server }', '{ 1 | ForEach-Object -PipelineVariable server { $server } }' {
        Get-WarnedOf ([scriptblock]::Create($_.Trim('{', '}'))) | Should -BeNullOrEmpty
    }

    It 'is not meant where the run brings one of that name' {
        Get-WarnedOf { $server } @{ Variables = 'server' } | Should -BeNullOrEmpty
        Get-WarnedOf { $server } @{ Variables = @{ Server = 1 } } | Should -BeNullOrEmpty
        Get-WarnedOf { $server } @{ InitializationScript = { $server = 1 } } | Should -BeNullOrEmpty
        function Set-Server { $global:server = 'of the function' }
        Get-WarnedOf { Set-Server; $server } @{ Functions = 'Set-Server' } | Should -BeNullOrEmpty
        Get-WarnedOf { $server } @{ Functions = 'Set-Server'; Variables = 'count' } | Should -BeNullOrEmpty
        Get-WarnedOf { $count } @{ Functions = 'Set-Server' } | Should -Not -BeNullOrEmpty
    }

    It 'is not one that the command, its operations or a module have' {
        $null = New-Module -Name Exporting { $exported = 1; Export-ModuleMember -Variable exported } | Import-Module -PassThru
        Get-WarnedOf { "$Operations $Config $Name $RunName $all $exported $Parameters" } -With @{ RunName = 'x' } -Also @{ Parameters = @{ Port = 1 } } | Should -BeNullOrEmpty
        Remove-Module Exporting
    }

    It 'is found in rollbacks and in -InitializationScript too' {
        Get-WarnedOf { 1 } -Also @{ Rollback = { $server } } | Should -BeLike "Operation 'a (rollback)' reads `$server*"
        Get-WarnedOf { 1 } @{ InitializationScript = { $there = $server } } | Should -BeLike '-InitializationScript reads $server (line *) and does not set it, and the caller''s $server does not reach it. Write $using:server.'
    }

    It 'is one warning for many operations of one block, and one for each variable' {
        $many = 1..50 | ForEach-Object { @{ Name = "node-$_"; ScriptBlock = { "$server $count" } } }
        $warned = Get-Warned { Invoke-ParallelLabRunner $many }
        $warned | Should -HaveCount 2
        $warned[0] | Should -Be "50 operations read `$server and do not set it, and the caller's `$server does not reach them: 'node-1', 'node-2', 'node-3' and 47 more. Write `$using:server, pass the value in Parameters, or run it with -Variables server."
    }

    It 'is said when operations are planned and checked too' {
        $operation = @{ Name = 'a'; ScriptBlock = { $server } }
        Get-Warned { Get-LabPlan -Operations $operation } | Should -HaveCount 1
        Get-Warned { Invoke-ParallelLabRunner $operation -DryRun } | Should -HaveCount 1
        (Start-LabAutomation -Configuration @{ Operations = $operation } -ValidationOnly).Validation.Warnings.Id | Should -Be 'LabRunner.CallerVariable'
    }

    It 'is none of those that every session has' {
        $code = 'Get-LabPlan -Operations @{ Name = "a"; ScriptBlock = [scriptblock]::Create(((Get-Variable).Name | ForEach-Object { "`${$_}" }) -join "`n") } -WarningVariable warned | Out-Null; "$($warned.Count) $warned"'
        Invoke-SamePowerShell -Command "Import-Module '$((Get-Module LabRunner).ModuleBase)'; $code" | Should -Be '0'
    }

    It 'is not looked for in scripts that are text, or in files' {
        $file = Join-Path $TestDrive 'reads.ps1'
        Set-Content -LiteralPath $file '$server'
        Get-Warned { Invoke-ParallelLabRunner @{ Name = 'a'; Script = '$server' }, @{ Name = 'b'; Path = $file } } | Should -BeNullOrEmpty
    }

    It 'is found in a script that is run as a file, and so is a function there' {
        $script = Join-Path $TestDrive 'run.ps1'
        Set-Content -LiteralPath $script @'
function New-LabInfrastructure { 'made' }
$server = 'SQL-01'
Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { "v=$server."; New-LabInfrastructure } } | Out-Null
'@
        $said = Invoke-SamePowerShell -Command "Import-Module '$((Get-Module LabRunner).ModuleBase)'; & '$script'" *>&1 | Out-String
        $said | Should -Match 'reads \$server \(line 3\)'
        $said | Should -Match 'with -Functions\s+New-LabInfrastructure'
        Set-Content -LiteralPath $script "Import-Module '$((Get-Module LabRunner).ModuleBase)'`n$(Get-Content -Raw -LiteralPath $script)"
        $said = Invoke-SamePowerShell -File $script *>&1 | Out-String
        $said | Should -Match 'reads \$server \(line 4\)'
        $said | Should -Match 'with -Functions\s+New-LabInfrastructure'
    }
}
