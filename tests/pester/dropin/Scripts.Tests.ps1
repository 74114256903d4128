# Invoke-ParallelLabRunner with -Scripts and -Config, as existing callers use it.

BeforeAll {
    . "$PSScriptRoot/../Invoke-SamePowerShell.ps1"
    function script:New-Script([string] $Name, [string] $Text) {
        $path = Join-Path $TestDrive $Name
        Set-Content -LiteralPath $path -Value $Text
        $path
    }
}

Describe 'Invoke-ParallelLabRunner -Scripts' {
    It 'takes paths, items, command names, blocks and files, and gives each its configuration' {
        $path = New-Script 'a [1] ü.ps1' 'param($Config) "script $($Config.id)"'
        $plain = New-Script 'plain.ps1' '"no parameter"'
        $strict = New-Script 'strict.ps1' '[CmdletBinding()] param([switch] $Force) "strict"'
        function Deploy-Mine { param($Config) "function $($Config.id)" }
        Push-Location $TestDrive
        try {
            $result = Invoke-ParallelLabRunner -Config @{ id = 1 } -Scripts @(
                $path, './plain.ps1', $strict, 'Deploy-Mine', 'Get-Platform', { param($Config) "block $($Config.id)" }, (Get-Item -LiteralPath $path)
                @{ Name = 'own'; Path = $path; Config = @{ id = 2 } }
                [pscustomobject]@{ Name = 'object'; Path = $path; Config = @{ id = 3 } }
            )
        } finally { Pop-Location }
        $result.Results.Result | Should -Be @('script 1', 'no parameter', 'strict', 'function 1', (Get-Platform), 'block 1', 'script 1', 'script 2', 'script 3')
        $result.Results.Name | Should -Be @('a [1] ü.ps1', 'plain.ps1', 'strict.ps1', 'Deploy-Mine', 'Get-Platform', 'Script', 'a [1] ü.ps1 (2)', 'own', 'object')
        $result.Results[0].Script | Should -Be $path
    }

    It 'returns one hashtable with the keys of both historical results' {
        $result = Invoke-ParallelLabRunner -Scripts { 1 }, { throw 'no disk' } -ErrorAction SilentlyContinue
        $result | Should -BeOfType [hashtable]
        $result.TotalScripts, $result.CompletedScripts, $result.FailedScripts, $result.CompletedSuccessfully, $result['Failed'] | Should -Be @(2, 1, 1, 1, 1)
        $result.Success, $result.ProgressTrackingEnabled | Should -Be @($false, $false)
        $result.TotalDuration, $result.AverageDuration | Should -BeOfType [double]
        $result.Results.State | Should -Be @('Completed', 'Failed')
        $result.Results[0].Duration | Should -BeOfType [timespan]
        $result.Results[0].StartTime, $result.Results[0].EndTime | Should -BeOfType [datetime]
        $result.Results[1].Error | Should -Be 'no disk'
        ($result.Results | Where-Object { $_.State -eq 'Failed' }).Name | Should -Be 'Script (2)'
    }

    It 'tries them all: one that is missing, broken or unknown is a failed script' {
        $broken = New-Script 'broken.ps1' 'param($Config) if ('
        $exit = New-Script 'exit.ps1' 'exit 3'
        $result = Invoke-ParallelLabRunner -Scripts "$TestDrive/none.ps1", $broken, 'No-SuchCommand', $exit, { 'ran' } -MaxConcurrency 1 -ErrorAction SilentlyContinue
        $result.Results.Success | Should -Be @($false, $false, $false, $false, $true)
        $result.Results[0].Error | Should -Match 'none\.ps1'
        $result.Results[1].Error | Should -Match 'broken\.ps1'
        $result.Results[3].Error | Should -Match 'exit code 3'
    }

    It 'has no cap of five' {
        $gate = [System.Threading.Barrier]::new(12)
        $result = Invoke-ParallelLabRunner -Scripts (1..12 | ForEach-Object { { $gate = $using:gate; $gate.SignalAndWait(20000) } }) -MaxConcurrency 12
        $result.Results.Result | Sort-Object -Unique | Should -Be $true
        $gate.Dispose()
    }

    It 'keeps its limits' {
        $result = Invoke-ParallelLabRunner -Scripts { while ($true) { [System.Threading.Thread]::Sleep(10) } }, { 'fast' } -TimeoutMinutes 0.005 -ErrorAction SilentlyContinue
        $result.Results.State | Should -Be @('Failed', 'Completed')
        $result.Results[0].Error | Should -Match '0\.3|300'
    }

    It 'honours dependencies and priorities among scripts' {
        $order = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
        $null = Invoke-ParallelLabRunner -MaxConcurrency 1 -Scripts @(
            @{ Name = 'last'; ScriptBlock = { $order = $using:order; $order.Enqueue('last') }; Priority = 9 }
            @{ Name = 'second'; ScriptBlock = { $order = $using:order; $order.Enqueue('second') }; Dependencies = 'first'; Priority = 1 }
            @{ Name = 'first'; ScriptBlock = { $order = $using:order; $order.Enqueue('first') }; Priority = 2 })
        $order | Should -Be @('first', 'second', 'last')
    }

    It 'generates its scripts from a configuration' {
        function Deploy-VM { param($Config) "vm $($Config.name)" }
        function Deploy-Network { param($Config) "net $($Config.subnet)" }
        $config = @{ infrastructure = @{ provider = 'hyperv' }; network = @{ subnet = '192.168.1.0/24' }; vms = @(@{ name = 'vm1' }, @{ name = 'vm2' }); applications = @{ name = 'app1' } }
        $result = Invoke-ParallelLabRunner -Config $config -MaxConcurrency 1 -ErrorAction SilentlyContinue
        $result.Results.Name | Should -Be @('Infrastructure-Setup', 'VM-vm1', 'VM-vm2', 'App-app1', 'Network-Setup')
        $result.Results.Script | Should -Be @('Deploy-Infrastructure', 'Deploy-VM', 'Deploy-VM', 'Deploy-Application', 'Deploy-Network')
        $result.Results.Result | Should -Be @($null, 'vm vm1', 'vm vm2', $null, 'net 192.168.1.0/24')
        $result.FailedScripts | Should -Be 2
    }

    It 'runs the operations of a configuration, as an object or as a file' {
        $config = @{ operations = @(@{ Name = 'a'; ScriptBlock = { 'A' } }, @{ Name = 'b'; Script = "'B'"; Dependencies = 'a' }) }
        (Invoke-ParallelLabRunner -Config $config).Results.Result | Should -Be @('A', 'B')
        Set-Content "$TestDrive/lab.yaml" 'name: x', 'operations:', '  - name: c', '    script: "''C''"'
        (Invoke-ParallelLabRunner -ConfigPath "$TestDrive/lab.yaml").Results.Result | Should -Be 'C'
    }

    It 'has one entry for everything when nothing says what is to be done' -ForEach @(
        @{ Arguments = @{ MaxConcurrency = 1 } }, @{ Arguments = @{ Scripts = @(); Config = @{ name = 'test' } } }, @{ Arguments = @{ Scripts = $null; Config = $null } }
    ) {
        $result = Invoke-ParallelLabRunner @Arguments -ErrorAction SilentlyContinue
        $result.TotalScripts | Should -Be 1
        $result.Results.Name | Should -Be 'Default-Lab-Deployment'
        $result.Success | Should -BeFalse
    }

    It 'leaves an empty list of operations a fault' {
        { Invoke-ParallelLabRunner -Operations @() } | Should -Throw -ErrorId 'LabRunner.EmptyPlan*'
        { @() | Invoke-ParallelLabRunner } | Should -Throw -ErrorId 'LabRunner.EmptyPlan*'
        { Invoke-ParallelLabRunner -Scripts 5 } | Should -Throw -ErrorId 'LabRunner.InvalidOperation*'
        { Invoke-ParallelLabRunner -Config "$TestDrive/none.yaml" } | Should -Throw -ErrorId 'LabRunner.FileUnreadable,Invoke-ParallelLabRunner' -ExpectedMessage '*none.yaml*'
    }

    It 'returns a job in the background' {
        $job = Invoke-ParallelLabRunner -Scripts { 'one' }, { 'two' } -Background
        ($job | Wait-Job -Timeout 60 | Receive-Job).Result | Sort-Object | Should -Be @('one', 'two')
        $job | Remove-Job
    }

    It 'shows its results with why one failed' {
        $rendering = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'PlainText'
        try { (Invoke-ParallelLabRunner -Scripts { throw 'no disk' } -ErrorAction SilentlyContinue).Results | Out-String -Width 120 | Should -Match 'Script\s+Failed .*no disk' } finally { $PSStyle.OutputRendering = $rendering }
    }
}

Describe 'Invoke-ParallelLabRunner -SafeMode' {
    BeforeAll {
        # Writes a file when it has begun, and ends when another one is there; a minute is more than any test needs.
        $script:held = New-Script 'held.ps1' 'param($Config) Set-Content -LiteralPath $Config.Begun -Value x; if (-not [System.Threading.SpinWait]::SpinUntil({ Test-Path -LiteralPath $Config.End }, 60000)) { throw "$($Config.End) did not come." }; "done"'
    }

    It 'runs a script and gives it its configuration and its exit code' {
        $path = New-Script 'safe.ps1' 'param($Config) "safe $($Config.id)"; if ($Config.id -eq 2) { exit 4 }'
        $result = Invoke-ParallelLabRunner -SafeMode -Scripts @{ Name = 'one'; Path = $path; Config = @{ id = 1 } }, @{ Name = 'two'; Path = $path; Config = @{ id = 2 } } -ErrorAction SilentlyContinue
        $result.Results.Result | Should -Be @('safe 1', 'safe 2')
        $result.Results.Success | Should -Be @($true, $false)
        $result.Results[1].Error | Should -Match 'exit code 4'
    }

    It 'never runs a script side by side with itself' {
        $counter = [System.Collections.Concurrent.ConcurrentDictionary[string, int]]::new()
        $path = New-Script 'alone.ps1' 'param($Config) $now = $Config.Counter.AddOrUpdate("now", 1, [Func[string,int,int]] { param($k, $v) $v + 1 }); [System.Threading.Thread]::Sleep(30); $null = $Config.Counter.AddOrUpdate("now", 0, [Func[string,int,int]] { param($k, $v) $v - 1 }); $now'
        $result = Invoke-ParallelLabRunner -SafeMode -Scripts (1..4 | ForEach-Object { $path }) -Config @{ Counter = $counter } -MaxConcurrency 4
        $result.Results.Result | Should -Be @(1, 1, 1, 1)
    }

    It 'leaves no lock behind' {
        $path = New-Script 'tidy.ps1' '"ran"'
        (Invoke-ParallelLabRunner -SafeMode -Scripts $path).Results.Result | Should -Be 'ran'
        Get-ChildItem ([System.IO.Path]::GetTempPath()) -Filter 'labrunner-tidy.ps1-*' | Should -BeNullOrEmpty
    }

    # The lock's file is removed by whoever is done, which must let nobody in beside another.
    It 'lets one run at a time have a script, however many try' {
        $counter = [System.Collections.Concurrent.ConcurrentDictionary[string, int]]::new()
        $path = New-Script 'one.ps1' 'param($Config) $add = [Func[string,int,int]] { param($k, $v) $v + 1 }; $now = $Config.Counter.AddOrUpdate("now", 1, $add); if ($now -gt 1) { $null = $Config.Counter.AddOrUpdate("beside", 1, $add) }; $null = $Config.Counter.AddOrUpdate("now", 0, [Func[string,int,int]] { param($k, $v) $v - 1 }); $null = $Config.Counter.AddOrUpdate("ran", 1, $add)'
        $module = (Get-Module -Name LabRunner).ModuleBase
        1..6 | ForEach-Object -ThrottleLimit 6 -Parallel {
            Import-Module $using:module
            foreach ($round in 1..20) {
                $null = Invoke-ParallelLabRunner -SafeMode -Scripts $using:path -Config @{ Counter = $using:counter } -ErrorAction SilentlyContinue
            }
        }
        $counter.ContainsKey('beside') | Should -BeFalse
        $counter['ran'] | Should -BeGreaterThan 5
    }

    It 'refuses a script that another process is running, and no more once that is gone' {
        $begun = Join-Path $TestDrive 'begun'
        $end = Join-Path $TestDrive 'never'
        $module = (Get-Module -Name LabRunner).ModuleBase
        $code = "Import-Module '$module'; Invoke-ParallelLabRunner -SafeMode -Scripts '$held' -Config @{ Begun = '$begun'; End = '$end' }"
        $child = Start-SamePowerShell '-Command', $code
        try {
            [System.Threading.SpinWait]::SpinUntil({ (Test-Path $begun) -or $child.HasExited }, 60000) | Should -BeTrue
            $result = Invoke-ParallelLabRunner -SafeMode -Scripts $held -Config @{ Begun = "$begun.2"; End = $end } -ErrorAction SilentlyContinue
            $result.Success | Should -BeFalse
            $result.Results.Error | Should -Match 'locked by another process'
            if (-not $IsWindows) { $result.Results.Error | Should -Match "process $($child.Id) since" }
            "$begun.2" | Should -Not -Exist
        } finally {
            $child.Kill($true)
            $child.WaitForExit(60000) | Should -BeTrue
        }
        Set-Content $end ''
        (Invoke-ParallelLabRunner -SafeMode -Scripts $held -Config @{ Begun = "$begun.2"; End = $end }).Results.Result | Should -Be 'done'
    }
}
