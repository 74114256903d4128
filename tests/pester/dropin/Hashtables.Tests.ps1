# What was a hashtable is one: existing scripts ask -is [hashtable] and ContainsKey, splat, clone and go through it.

BeforeAll {
    $script:homeBefore = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
    Set-Content -LiteralPath "$TestDrive/lab.yaml" -Value 'name: Web', 'zone: z', 'Alpha: 1', 'nodes:', '  - { Name: WEB-01, count: 3, keys: [k], nested: { Deep: { er: yes-it-is } } }', 'empty: {}', 'none: ~'
    Set-Content -LiteralPath "$TestDrive/lab.json" -Value '{ "name": "Web", "zone": "z", "Alpha": 1, "nodes": [{ "Name": "WEB-01", "count": 3, "keys": ["k"], "nested": { "Deep": { "er": "yes-it-is" } } }], "empty": {}, "none": null }'
    Set-Content -LiteralPath "$TestDrive/lab.psd1" -Value '@{ name = "Web"; zone = "z"; Alpha = 1; nodes = @(@{ Name = "WEB-01"; count = 3; keys = @("k"); nested = @{ Deep = @{ er = "yes-it-is" } } }); empty = @{}; none = $null }'
}
AfterAll { $env:LABRUNNER_HOME = $homeBefore }

Describe 'What Get-LabConfig gives (<_>)' -ForEach 'lab.yaml', 'lab.json', 'lab.psd1' {
    BeforeEach { $config = Get-LabConfig -Path "$TestDrive/$_" }

    It 'is a hashtable at every level' {
        $config -is [hashtable] | Should -BeTrue
        $config.nodes[0] -is [hashtable] | Should -BeTrue
        $config.nodes[0].nested.Deep -is [hashtable] | Should -BeTrue
        $config.empty -is [hashtable] | Should -BeTrue
        $config.PSTypeNames | Should -Contain 'System.Collections.Hashtable'
        ($config | Get-Member -MemberType Method).Name | Should -Contain 'ContainsKey'
    }

    It 'keeps the order of the file' {
        $config.Keys | Should -Be @('name', 'zone', 'Alpha', 'nodes', 'empty', 'none')
        @($config.GetEnumerator() | ForEach-Object Name) | Should -Be @('name', 'zone', 'Alpha', 'nodes', 'empty', 'none')
        @($config.Values)[0..2] | Should -Be @('Web', 'z', 1)
        @(foreach ($entry in $config.GetEnumerator()) { $entry.Key })[3] | Should -Be 'nodes'
        $entries = [System.Collections.DictionaryEntry[]]::new($config.Count)
        $config.CopyTo($entries, 0)
        $entries[2].Key | Should -Be 'Alpha'
    }

    It 'finds keys in any case' {
        $config.NODES[0].NAME | Should -Be 'WEB-01'
        $config['ZONE'] | Should -Be 'z'
        $config.ContainsKey('ALPHA'), $config.Contains('alpha'), $config.ContainsKey('beta') | Should -Be @($true, $true, $false)
        $config.ContainsKey('none') | Should -BeTrue
        $config.none | Should -BeNullOrEmpty
        $config.nodes[0].nested.deep.ER | Should -Be 'yes-it-is'
    }

    It 'has its keys before its members' {
        $config.nodes[0].count | Should -Be 3
        @($config.nodes[0].keys) | Should -Be @('k')
    }

    It 'can be changed, and stays in order' {
        $config.Remove('ZONE')
        $config.Alpha = 2
        $config['beta'] = 3
        $config.Add('gamma', 4)
        { $config.Add('GAMMA', 5) } | Should -Throw
        $config.Keys | Should -Be @('name', 'Alpha', 'nodes', 'empty', 'none', 'beta', 'gamma')
        $config.Count | Should -Be 7
        foreach ($key in $config.Keys) { $config[$key] = 0 }
        @($config.Values) | Should -Be @(0, 0, 0, 0, 0, 0, 0)
        $config.Clear()
        $config.Count, @($config.Keys).Count | Should -Be @(0, 0)
    }

    It 'is cloned with kind and order' {
        $copy = $config.Clone()
        $copy.GetType() | Should -Be $config.GetType()
        $copy.Keys | Should -Be $config.Keys
        $copy.ZONE = 'other'
        $config.zone | Should -Be 'z'
        $copy.nodes[0] | Should -Be $config.nodes[0]
    }

    It 'is splatted' {
        function Get-Node { param([string] $Name, [int] $Count, [string[]] $Keys, [hashtable] $Nested) "$Name $Count $Keys $($Nested.Deep.er)" }
        $node = $config.nodes[0]
        Get-Node @node | Should -Be 'WEB-01 3 k yes-it-is'
    }

    It 'is written as JSON in its order' {
        ConvertTo-Json -InputObject $config -Depth 9 -Compress | Should -Be '{"name":"Web","zone":"z","Alpha":1,"nodes":[{"Name":"WEB-01","count":3,"keys":["k"],"nested":{"Deep":{"er":"yes-it-is"}}}],"empty":{},"none":null}'
    }

    It 'goes through Export-Clixml' {
        $config | Export-Clixml -Path "$TestDrive/config.xml" -Depth 9
        $back = Import-Clixml -Path "$TestDrive/config.xml"
        $back -is [hashtable] | Should -BeTrue
        $back.Nodes[0].Nested.deep.er | Should -Be 'yes-it-is'
    }

    It 'behaves as a hashtable under strict mode' {
        Set-StrictMode -Version Latest
        { $config.nope } | Should -Throw -ErrorId PropertyNotFoundStrict
        $config['nope'] | Should -BeNullOrEmpty
        $config.name | Should -Be 'Web'
    }

    It 'is a hashtable for parameters, casts, sums and selections' {
        function Use-Table { param([hashtable] $Table) $Table.zone }
        Use-Table $config | Should -Be 'z'
        ([hashtable] $config).Keys | Should -Be $config.Keys
        ($config + @{ more = 1 }).zone | Should -Be 'z'
        ($config | Select-Object -Property zone).zone | Should -Be 'z'
        ([pscustomobject] $config).PSObject.Properties.Name | Should -Be $config.Keys
    }

    It 'shows its entries in order' {
        $config | Out-String | Should -Match '(?s)name\s+Web.*zone\s+z.*Alpha\s+1'
    }

    It 'is what operations get, and what comes back from them' {
        $result = Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { param($Config) $Config -is [hashtable]; $Config.Nodes[0].ContainsKey('NESTED'); $Config }; Parameters = @{ Config = $config } }
        $result.Output[0..1] | Should -Be @($true, $true)
        $result.Output[2].Keys | Should -Be $config.Keys
        $apart = Invoke-ParallelLabRunner -Operations @{ Name = 'a'; ScriptBlock = { ($using:config) -is [hashtable]; ($using:config).ContainsKey('Nodes') }; Isolation = 'Runspace' }
        $apart.Output | Should -Be @($true, $true)
    }
}

Describe 'Get-LabStatus and Test-ParallelRunnerSupport' {
    It 'give hashtables with the keys of the original' {
        $status = Get-LabStatus
        $status -is [hashtable] | Should -BeTrue
        $status.Keys | Should -Be @('Timestamp', 'Platform', 'ConfigurationLoaded', 'ParallelSupport', 'Labs')
        $status.ContainsKey('timestamp'), $status.Clone().ContainsKey('platform') | Should -Be @($true, $true)
        $detailed = Get-LabStatus -Detailed
        foreach ($key in 'ParallelSupportDetails', 'Configuration', 'AvailableSteps') { $detailed.ContainsKey($key) | Should -BeTrue }
        $support = Test-ParallelRunnerSupport -Detailed
        $support -is [hashtable] | Should -BeTrue
        $support.Keys | Should -Be @('Supported', 'PowerShellVersion', 'ThreadJobAvailable', 'RunspaceSupport', 'MaxConcurrency', 'Platform', 'Details')
        $detailed.ParallelSupportDetails -is [hashtable] | Should -BeTrue
    }

    It 'tell the platform of a lab that nobody knows' {
        $status = Get-LabStatus -LabName nope
        $status -is [hashtable] | Should -BeTrue
        $status.Platform | Should -Be "$(Get-Platform)"
        $status.Status | Should -Be 'NotFound'
        (ConvertTo-Json $status | ConvertFrom-Json).Platform | Should -Be "$(Get-Platform)"
    }

    It 'have their own views, and not that of a hashtable' {
        Get-LabStatus -LabName nope | Out-String | Should -Match 'LabName\s+Status\s+StartTime'
        Get-LabStatus | Out-String | Should -Match 'ParallelSupport\s+: True'
        Test-ParallelRunnerSupport -Detailed | Out-String | Should -Match 'RunspaceSupport\s+: True'
        @{ plain = 1 } | Out-String | Should -Match 'plain\s+1'
    }

    It 'can be selected, filtered and sorted by' {
        @(Get-LabStatus -LabName b; Get-LabStatus -LabName a) | Where-Object Status -EQ 'NotFound' | Sort-Object LabName | Select-Object -ExpandProperty LabName | Should -Be @('a', 'b')
    }
}
