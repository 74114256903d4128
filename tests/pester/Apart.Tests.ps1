# Operations in a PowerShell process of their own.

Describe 'The isolation Process' {
    BeforeAll { $ErrorActionPreference = 'Continue' }

    It 'runs an operation in another process, and gives copies of what it wrote' {
        $file = Join-Path $TestDrive 'apart.ps1'
        Set-Content $file @'
using namespace System.Text
$table = @{ Deep = @{ Value = 'deep' } }
Invoke-ParallelLabRunner -Isolation Process @{ Name = 'a'; Parameters = @{ Count = 5 }; ScriptBlock = {
        param([int] $Count)
        $PID; $Count; $using:table.Deep.Value; $PSScriptRoot; [StringBuilder]::new('x').ToString(); @{ Key = 1 }
        Write-Warning w
        Get-Item ./no-such-item
        Write-Host h
        $env:LABRUNNER_APART = 1
    } }
'@
        $result = & $file 2>$null 3>$null 6>$null
        $result.Status | Should -Be 'Succeeded'
        $result.Output[0] | Should -Not -Be $PID
        $result.Output[1..4] | Should -Be 5, 'deep', "$TestDrive", 'x'
        $result.Output[5].Key | Should -Be 1
        $result.Records | ForEach-Object { "$($_.Stream) $_" } | Should -Be 'Warning w', "Error $($result.Errors[0])", 'Information h'
        "$($result.Errors[0])" | Should -BeLike '*no-such-item*'
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PathNotFound*'
        $env:LABRUNNER_APART | Should -BeNullOrEmpty
        $result.Warnings | Should -HaveCount 1
    }

    It 'keeps the position of an error that it wrote' -Tag 'NeedsEngineMember:ErrorRecord.PreserveInvocationInfoOnce' {
        $file = Join-Path $TestDrive 'place.ps1'
        Set-Content $file 'Invoke-ParallelLabRunner -Isolation Process @{ Name = "a"; ScriptBlock = {', '    Get-Item ./no-such-item', '} }'
        $place = (& $file 2>$null).Errors[0].InvocationInfo
        $place.ScriptName, $place.ScriptLineNumber | Should -Be $file, 2
    }

    It 'ends as the operation does: <Script>' -ForEach @(
        @{ Script = 'exit 3'; Status = 'Failed'; Error = '*exit code 3*' }
        @{ Script = 'throw "broken"'; Status = 'Failed'; Error = 'broken' }
        @{ Script = 'Get-Item /no-such -ErrorAction Stop'; Status = 'Failed'; Error = '*no-such*' }
        @{ Script = '@{ Success = $false; Error = "said no" }'; Status = 'Failed'; Error = 'said no' }
        @{ Script = 'break'; Status = 'Succeeded'; Error = $null }
        @{ Script = 'exit 0'; Status = 'Succeeded'; Error = $null }
        @{ Script = '[Environment]::FailFast("down")'; Status = 'Failed'; Error = '*exit code*' }
    ) {
        $result = Invoke-ParallelLabRunner @{ Name = 'a'; Script = $Script; Isolation = 'Process' } 2>$null 6>$null
        $result.Status | Should -Be $Status
        $result.Error | Should -BeLike $Error
    }

    It 'kills the process with all that it has started when the limit has passed' {
        $file = Join-Path $TestDrive 'pid'
        # The limit counts from before the process starts, which takes long on a busy machine.
        foreach ($limit in '4s', '30s', '2m') {
            if (Test-Path $file) { break }
            $result = Invoke-ParallelLabRunner -Isolation Process @{ Name = 'a'; Timeout = $limit; Parameters = @{ File = $file }; ScriptBlock = { param($File) sh -c "echo `$`$ > '$File'; while true; do sleep 1; done" } } 2>$null
            $result.Status | Should -Be 'TimedOut'
        }
        $left = [int] (Get-Content $file)
        $state = Get-Content "/proc/$left/stat" -ErrorAction Ignore
        # Whoever adopts it may not have noticed its end yet.
        "$state" | Should -Match '^$|\) [ZX] '
    } -Skip:(!$IsLinux)

    It 'finds what has left the process, its group and its session, and ends it when the limit has passed' {
        $file = Join-Path $TestDrive 'daemon'
        # Forked twice, with a session of its own and SIGTERM ignored.
        $daemon = "trap '' TERM; echo `$`$ > '$file.new'; mv '$file.new' '$file'; exec sleep 600"
        foreach ($limit in '8s', '30s', '120s') {
            $result = Invoke-ParallelLabRunner -Isolation Process @{ Name = 'a'; Timeout = $limit; Parameters = @{ Daemon = $daemon }; ScriptBlock = {
                    param($Daemon)
                    sh -c 'setsid sh -c "setsid sh -c \"\$0\" \"\$0\" & " "$0" >/dev/null 2>&1 &' $Daemon
                    Start-Sleep -Seconds 600
                } } 2>$null
            if (Test-Path $file) { break }
        }
        $result.Status | Should -Be 'TimedOut'
        [int] $left = Get-Content $file
        Get-Content "/proc/$left/stat" -ErrorAction Ignore | Should -Match '^$|\) [ZX] '
    } -Skip:(!$IsLinux)

    It 'gets functions, variables, an initialization script and LabRunner''s commands' {
        function Get-Answer { 'answer' }
        $number = 42
        $result = Invoke-ParallelLabRunner -Isolation Process -Functions Get-Answer -Variables number -InitializationScript { $ready = 'ready' } @{
            Name = 'a'; ScriptBlock = { Get-Answer; $number; $ready; Get-Platform }
        }
        $result.Error | Should -BeNullOrEmpty
        $result.Output[0..2] | Should -Be 'answer', 42, 'ready'
        $result.Output | Should -HaveCount 4
    }

    It 'keeps text that goes past the streams, and a program''s error text, off the output' {
        $result = Invoke-ParallelLabRunner -Isolation Process @{ Name = 'a'; ScriptBlock = { [Console]::WriteLine('past'); sh -c 'echo out; echo err >&2' } } 6>$null
        $result.Output | Should -Be 'out'
        $result.Records | ForEach-Object { "$($_.Stream) $_" } | Sort-Object | Should -Be 'Error err', 'Information past'
    }

    It 'starts the PowerShell that this session is, <_>' -ForEach 'in this process', 'in one that was started again', 'in one that was started by a link to its program' {
        . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
        $what = '[Environment]::ProcessPath; [System.Reflection.Assembly]::GetEntryAssembly().Location; $PSHOME; "$($PSVersionTable.PSVersion)"'
        $code = "(Invoke-ParallelLabRunner -Isolation Process @{ Name = 'a'; Script = '$($what.Replace("'", "''"))' }).Output"
        $import = "Import-Module '$((Get-Module LabRunner).ModuleBase)'"
        if ($_ -eq 'in this process') {
            Invoke-Expression $code | Should -Be (Invoke-Expression $what)
        } elseif ($_ -eq 'in one that was started again') {
            Invoke-SamePowerShell -Command "$import; $code" | Should -Be (Invoke-Expression $what)
        } else {
            $program = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
            $link = Join-Path $TestDrive 'linked'
            try { $null = New-Item -ItemType SymbolicLink -Path $link -Target $program -ErrorAction Stop } catch { Set-ItResult -Skipped -Because "links cannot be made here: $_"; return }
            # The program of a .NET tool looks for the runtime where this process has it from.
            $root = $env:DOTNET_ROOT
            try {
                $env:DOTNET_ROOT = Split-Path -Parent ((Get-SamePowerShell).First ? (Get-SamePowerShell).Program : $program)
                $told = timeout 120 $link -NoProfile -NonInteractive -Command "$import; $code"
            } finally {
                $env:DOTNET_ROOT = $root
            }
            $told | Should -HaveCount 4
            $told[0] | Should -BeIn $link, $program
            $told[1..3] | Should -Be (Invoke-Expression $what)[1..3]
        }
    }
}
