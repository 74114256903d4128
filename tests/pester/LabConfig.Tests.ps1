# Configuration files as objects, their faults with id and place, and the check of labs.

BeforeAll {
    function New-File([string] $Name, [string] $Text) {
        $path = Join-Path $TestDrive $Name
        Set-Content -LiteralPath $path -Value $Text -NoNewline
        $path
    }
}

Describe 'Get-LabConfig' {
    It 'answers by name and by key, whatever the case, and keeps the order of the file' {
        $file = New-File 'lab.yaml' "name: Web`nzeta: 1`nNodes:`n  - { name: WEB-01, Count: 7, keys: [a, b], memory: 4GB }`nbig: 5000000000`nhuge: 123456789012345678901234567890`nratio: 0.5`non: true`nnothing:`n"
        $c = Get-LabConfig -ConfigPath $file
        $c.NAME, $c['name'], $c.nodes[0].name, $c['NODES'][0]['NAME'] | Should -Be 'Web', 'Web', 'WEB-01', 'WEB-01'
        $c.Nodes[0].count | Should -Be 7
        $c.Nodes[0].count | Should -BeOfType [int]
        $c.Nodes[0].keys -join '' | Should -Be 'ab'
        $c.nodes[0].memory, $c['nodes'][0]['MEMORY'] | Should -Be '4GB', '4GB'
        ($c.nodes | Where-Object name -EQ 'WEB-01').count | Should -Be 7
        $c.big | Should -Be 5000000000
        $c.big | Should -BeOfType [long]
        $c.huge.ToString() | Should -Be '123456789012345678901234567890'
        $c.ratio | Should -Be 0.5
        $c.on | Should -BeTrue
        $c.nothing, $c.absent | Should -Be $null, $null
        $c.PSBase.Keys -join ' ' | Should -Be 'name zeta Nodes big huge ratio on nothing'
        $small = Get-LabConfig -ConfigPath (New-File 'small.yaml' "name: Web`nnodes: [{ name: WEB-01, memory: 4GB, count: 2 }]`n")
        $small | ConvertTo-Json -Depth 5 -Compress | Should -Be '{"name":"Web","nodes":[{"name":"WEB-01","memory":"4GB","count":2}]}'
    }

    It 'gives nodes that can be splatted' {
        function New-Node([string] $Name, [int] $CPU) { "$Name has $CPU" }
        $node = (Get-LabConfig (New-File 'lab.json' '{ "nodes": [ { "Name": "DC-01", "CPU": 2 } ] }')).nodes[0]
        New-Node @node | Should -Be 'DC-01 has 2'
    }

    It 'writes an error for a file that is not there, and goes on unless told to stop' {
        Get-LabConfig -Path TestDrive:/none.yaml -ErrorVariable said -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $said.Count | Should -Be 1
        $said[0].FullyQualifiedErrorId | Should -Be 'LabRunner.FileUnreadable,Get-LabConfig'
        "$($said[0])" | Should -Match 'none\.yaml''? cannot be read: it does not exist'
        $said[0].InvocationInfo.Line | Should -Match 'TestDrive:/none.yaml'
        { Get-LabConfig -Path TestDrive:/none.yaml -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.FileUnreadable,Get-LabConfig'
        { Get-LabConfig -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.FileUnreadable,Get-LabConfig' -Because 'there is no configs/lab_config.yaml here either'
    }

    It 'refuses a folder' {
        { Get-LabConfig -Path $TestDrive } | Should -Throw -ErrorId 'LabRunner.FileUnreadable,Get-LabConfig' -ExpectedMessage '*it is a folder*'
    }

    It 'says that another environment than the file''s own has no effect' {
        $file = New-File 'own.yaml' "environment: production`n"
        (Get-LabConfig $file -Environment Dev -WarningVariable warned -WarningAction SilentlyContinue).environment | Should -Be 'production'
        $warned | Should -HaveCount 1
        "$warned" | Should -BeLike "*'Dev'*"
        (Get-LabConfig $file -Environment PRODUCTION -WarningVariable warned).environment | Should -Be 'production'
        $warned | Should -BeNullOrEmpty
    }

    It 'gives one error with its place, at the user''s line, for <Name>: <Id>' -ForEach @(
        @{ Name = 'a.yaml'; Text = "name: x`noperations: [`n  - a: }`n"; Id = 'LabRunner.MalformedYaml'; Line = 3 }
        @{ Name = 'a.json'; Text = "{`n  `"name`": `"x`"`n  `"b`": 1 }"; Id = 'LabRunner.MalformedJson'; Line = 3 }
        @{ Name = 'a.yml'; Text = "- 1`n- 2`n"; Id = 'LabRunner.NotAMapping'; Line = 1 }
        @{ Name = 'a.psd1'; Text = "@{`n  Name = 'x'`n  Now = Get-Date`n}"; Id = 'LabRunner.NotData'; Line = 3 }
        @{ Name = 'b.psd1'; Text = "@{`n  Name = 'x'`n  Name = 'y'`n}"; Id = 'LabRunner.DuplicateKey'; Line = 3 }
        @{ Name = 'c.psd1'; Text = "@{`n  Name = 'x`n"; Id = 'LabRunner.MalformedPsd1'; Line = 2 }
        @{ Name = 'd.psd1'; Text = "'x'"; Id = 'LabRunner.NotAMapping'; Line = 1 }
    ) {
        $file = New-File $Name $Text
        $fault = { Get-LabConfig -Path $file } | Should -Throw -ErrorId "$Id,Get-LabConfig" -PassThru
        "$fault" | Should -Match "$([regex]::Escape($Name)):${Line}:\d+: "
        "$fault" | Should -Not -Match '\^'
        $fault.Exception.Data['Line'] | Should -Be $Line
        $fault.InvocationInfo.Line | Should -BeLike '*Get-LabConfig -Path $file*'
        if ($Id -like '*Malformed*') { $fault.CategoryInfo.Category | Should -Be 'ParserError' }
    }
}

Describe 'Test-LabConfiguration' {
    It 'tells the operations of a sound lab in their order' {
        $file = New-File 'sound.yaml' "name: Web`noperations:`n  - { name: second, script: '2', dependencies: [first] }`n  - { name: first, script: '1' }`n"
        $test = Test-LabConfiguration -Path $file
        $test.Valid, $test.Success | Should -Be $true, $true
        $test.Error | Should -BeNullOrEmpty
        $test.LabName | Should -Be 'Web'
        $test.Operations | Should -Be 'first', 'second'
        Test-LabConfiguration $file -Quiet | Should -BeTrue
    }

    It 'says what is wrong with a lab that cannot run, and where: <Id>, line <Line>' -ForEach @(
        @{ Text = "name: Web`noperations:`n  - name: greet`n    script: |`n      Write-Output 1`n      if (`$x { }`n"; Id = 'LabRunner.ScriptSyntax'; Line = 6 }
        @{ Text = "name: Web`noperations:`n  - { name: a, script: '1', dependencies: [b] }`n"; Id = 'LabRunner.UnknownDependency'; Line = 3 }
        @{ Text = "name: Web`noperations:`n  - { name: a, script: '1', dependencies: [b] }`n  - { name: b, script: '1', dependencies: [a] }`n"; Id = 'LabRunner.CyclicDependency'; Line = $null }
        @{ Text = "name: Web`noperations:`n  - { name: a, script: 'param(`$x)', parameters: { x: 1, y: 2 } }`n"; Id = 'LabRunner.UnknownParameter'; Line = 3 }
        @{ Text = "name: Web`noperations:`n  - name: a`n    script: 'param(`$x)'`n    parameters:`n      x: 1`n      y:`n        z: 2`n"; Id = 'LabRunner.UnknownParameter'; Line = 8 }
        @{ Text = "name: Web`noperations:`n  - { name: a }`n"; Id = 'LabRunner.MissingWork'; Line = 3 }
        @{ Text = "name: Web`n"; Id = 'LabRunner.MissingKey'; Line = 1 }
        @{ Text = "name: [`n"; Id = 'LabRunner.MalformedYaml'; Line = $null }
    ) {
        $test = Test-LabConfiguration -Path (New-File 'bad.yaml' $Text)
        @($test) | Should -HaveCount 1
        $test.Valid, $test.Success | Should -Be $false, $false
        $test.Errors[0].Id | Should -Be $Id
        if ($Line) {
            $test.Errors[0].Line | Should -Be $Line
            $test.Error | Should -BeLike "*bad.yaml:${Line}:*"
        }
    }

    It 'takes files from the pipeline and by pattern, and one that is missing is not valid' {
        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive 'several')).FullName
        $null = New-File 'several/one.yaml' "name: One`noperations: [{ name: a, script: '1' }]`n"
        $null = New-File 'several/two [x].yaml' "name: Two`noperations: [{ name: a, script: '1' }]`n"
        (Test-LabConfiguration "$folder/*.yaml").LabName | Should -Be 'One', 'Two'
        Get-ChildItem -LiteralPath $folder | Test-LabConfiguration -Quiet | Should -BeTrue
        (Test-LabConfiguration "$folder/two [x].yaml").LabName | Should -Be 'Two'
        ("$folder/none.yaml" | Test-LabConfiguration).Errors.Id | Should -Be 'LabRunner.FileUnreadable'
    }

    It 'fails the operation that tests what is not valid' {
        $file = New-File 'invalid.yaml' "name: Web`n"
        $result = Invoke-ParallelLabRunner -Operations @{ Name = 'Validate'; ScriptBlock = { param($ConfigPath) Test-LabConfiguration -Path $ConfigPath }; Parameters = @{ ConfigPath = $file } } -ErrorAction SilentlyContinue
        $result.Success | Should -BeFalse
        $result.Error | Should -BeLike '*operations*'
    }

    It 'checks a configuration object as a run would' {
        Test-LabConfiguration -Configuration @{ Name = 'L'; Operations = @{ Name = 'A'; ScriptBlock = { 1 } } } -Quiet | Should -BeTrue
        (Test-LabConfiguration -Configuration @{ Operations = @(@{ Name = 'A'; ScriptBlock = { 1 }; DependsOn = 'B' }) }).Errors.Id | Should -Be 'LabRunner.UnknownDependency'
        (Test-LabConfiguration -Configuration @{ Name = 'L' }).Errors.Id | Should -Be 'LabRunner.MissingKey'
        (Test-LabConfiguration -Configuration 'text').Errors.Id | Should -Be 'LabRunner.InvalidValue'
    }
}
