# Runs that go on with their lab as it was when they started: Resume-LabRun -AsRecorded and Undo-LabRun -AsRecorded.

BeforeAll {
    $script:before = $env:LABRUNNER_HOME
    $env:LABRUNNER_HOME = Join-Path -Path $TestDrive -ChildPath 'home'

    # A lab of three in several files, the second of which needs a file; each leaves a line when it runs.
    function New-Lab([string] $Name) {
        $folder = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath $Name)
        $out = Join-Path -Path $TestDrive -ChildPath "$Name.ran"
        Set-Content -LiteralPath "$folder/lab.yaml" -Value @"
name: $Name
include: base.yaml
operations:
  - name: disk
    dependencies: [image]
    script: ./disk.ps1
    parameters: { Size: 10 }
    rollback: ./undo.ps1
  - name: server
    dependencies: [disk]
    script: Add-Content -LiteralPath '$out' -Value server
"@
        Set-Content -LiteralPath "$folder/base.yaml" -Value "operations: [{ name: image, script: `"Add-Content -LiteralPath '$out' -Value image`" }]"
        Set-Content -LiteralPath "$folder/disk.ps1" -Value @(
            'param([int] $Size)'
            "Add-Content -LiteralPath '$out' -Value `"disk `$Size in `$(Split-Path -Path `$PSScriptRoot -Leaf)`""
            "if (-not (Test-Path -LiteralPath '$out.ready')) { throw 'no room' }"
        )
        Set-Content -LiteralPath "$folder/undo.ps1" -Value "Add-Content -LiteralPath '$out' -Value 'no disk'"
        "$folder"
    }

    function Get-Ran([string] $Folder) { @(Get-Content -LiteralPath "$Folder.ran" -ErrorAction Ignore) }
    function Start-Lab([string] $Folder) { Start-AdvancedLabOrchestration -ConfigurationPath "$Folder/lab.yaml" -ErrorAction SilentlyContinue @args }
    function Set-Ready([string] $Folder) { Set-Content -LiteralPath "$Folder.ran.ready" -Value 1 }
}

AfterAll { $env:LABRUNNER_HOME = $before }

Describe 'Resume-LabRun -AsRecorded' {
    It 'goes on with the lab, what it includes and its scripts as they were, though <Case>' -ForEach @(
        @{ Case = 'the lab has changed'; Name = 'edited'; Change = { param($Folder) Set-Content -LiteralPath "$Folder/lab.yaml" -Value "name: other`noperations: [{ name: x, script: '1' }]" } }
        @{ Case = 'an included file has changed'; Name = 'included'; Change = { param($Folder) Set-Content -LiteralPath "$Folder/base.yaml" -Value "operations: [{ name: image, script: 'throw 1' }]" } }
        @{ Case = 'a script has changed'; Name = 'script'; Change = { param($Folder) Set-Content -LiteralPath "$Folder/disk.ps1" -Value 'throw "new"' } }
        @{ Case = 'the lab has become unreadable'; Name = 'broken'; Change = { param($Folder) Set-Content -LiteralPath "$Folder/lab.yaml" -Value 'operations: [' } }
        @{ Case = 'a script has gone'; Name = 'lost'; Change = { param($Folder) Remove-Item -LiteralPath "$Folder/disk.ps1" } }
        @{ Case = 'the lab was moved'; Name = 'moved'; Change = { param($Folder) Move-Item -LiteralPath $Folder -Destination "$Folder.elsewhere" } }
        @{ Case = 'all of it was deleted'; Name = 'deleted'; Change = { param($Folder) Remove-Item -LiteralPath $Folder -Recurse } }
    ) {
        $folder = New-Lab $Name
        $first = Start-Lab $folder
        $first.Status | Should -Be 'Failed'
        & $Change $folder
        Set-Ready $folder
        $steps = Resume-LabRun -Id $first.RunId -AsRecorded -WhatIf
        $steps.Name | Should -Be @('image', 'disk', 'server')
        $steps.Action | Should -Be @('Keep', 'Rerun', 'Rerun')
        $report = Resume-LabRun -Id $first.RunId -AsRecorded -WarningVariable warned 6> $null 3> $null
        $report.Status | Should -Be 'Succeeded'
        $warned | Should -BeNullOrEmpty
        Get-Ran $folder | Should -Be @('image', "disk 10 in $Name", "disk 10 in $Name", 'server')
    }

    It 'can do so again from the run that has done so' {
        $folder = New-Lab 'again'
        $first = Start-Lab $folder
        Remove-Item -LiteralPath $folder -Recurse
        (Resume-LabRun -Id $first.RunId -AsRecorded -ErrorAction SilentlyContinue 6> $null).Status | Should -Be 'Failed'
        Set-Ready $folder
        (Resume-LabRun -Name again -AsRecorded 6> $null).Status | Should -Be 'Succeeded'
        Get-Ran $folder | Should -Be @('image', 'disk 10 in again', 'disk 10 in again', 'disk 10 in again', 'server')
    }

    It 'keeps what succeeded, a script file too' {
        $folder = New-Lab 'kept'
        Add-Content -LiteralPath "$folder/lab.yaml" -Value "  - { name: last, dependencies: [server], script: `"if (-not (Test-Path -LiteralPath '$folder.late')) { throw 'not yet' }`" }"
        Set-Ready $folder
        $first = Start-Lab $folder
        Set-Content -LiteralPath "$folder/disk.ps1" -Value '"changed"'
        (Resume-LabRun -Id $first.RunId -WhatIf | Where-Object Name -EQ disk).Action | Should -Be 'Rerun' -Because 'the script has changed'
        (Resume-LabRun -Id $first.RunId -AsRecorded -WhatIf).Action | Should -Be @('Keep', 'Keep', 'Keep', 'Rerun')
    }

    It 'has the part of the lab, the environment and the place in the script that the run had' {
        $folder = New-Lab 'part'
        Add-Content -LiteralPath "$folder/lab.yaml" -Value "  - { name: other, script: ./other.ps1 }`nenvironments: { test: { settings: { max-concurrency: 1 } } }"
        Set-Content -LiteralPath "$folder/other.ps1" -Value '1'
        $first = Start-Lab $folder -Target disk -Environment test
        Remove-Item -LiteralPath $folder -Recurse
        $report = Resume-LabRun -Id $first.RunId -AsRecorded -ErrorAction SilentlyContinue -WarningVariable warned 6> $null
        $warned | Should -BeNullOrEmpty -Because 'the scripts of the other operations are there too'
        $report.Results.Name | Should -Be @('image', 'disk')
        $report.Environment | Should -Be $first.Environment
        $position = (Get-LabRunOperation -Id $report.RunId -Name disk).Error.PositionMessage
        $position | Should -BeLike '*disk.ps1:3*'
    }

    It 'runs scripts in processes of their own, and minds their exit codes' {
        $folder = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath 'apart')
        Set-Content -LiteralPath "$folder/lab.yaml" -Value "name: apart`nsettings: { failure-strategy: continue }`noperations:"
        foreach ($isolation in 'process', 'shared') {
            Add-Content -LiteralPath "$folder/lab.yaml" -Value "  - { name: $isolation, isolation: $isolation, script: ./exits.ps1, parameters: { Code: 3 } }"
        }
        Set-Content -LiteralPath "$folder/exits.ps1" -Value "param([int] `$Code) if (Test-Path -LiteralPath '$folder.ready') { exit 0 }; exit `$Code"
        $first = Start-Lab $folder
        Remove-Item -LiteralPath $folder -Recurse
        $again = Resume-LabRun -Id $first.RunId -AsRecorded -ErrorAction SilentlyContinue 6> $null
        foreach ($report in $first, $again) {
            $report.Results.Status | Should -Be @('Failed', 'Failed')
            $report.Results.ExitCode | Should -Be @(3, 3)
        }
        Set-Content -LiteralPath "$folder.ready" -Value 1
        $last = Resume-LabRun -Name apart -AsRecorded 6> $null
        $last.Results.Status | Should -Be @('Succeeded', 'Succeeded')
    }

    It 'goes on with a psd1 lab' {
        $folder = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath 'data')
        Set-Content -LiteralPath "$folder/lab.psd1" -Value "@{ Name = 'data'; Operations = @(@{ Name = 'a'; Script = { if (-not (Test-Path -LiteralPath '$folder.ready')) { throw 'no' }; 'done' } }) }"
        $first = Start-AdvancedLabOrchestration -ConfigurationPath "$folder/lab.psd1" -ErrorAction SilentlyContinue
        Set-Content -LiteralPath "$folder/lab.psd1" -Value "@{ Name = 'data'; Operations = @(@{ Name = 'b'; Script = { 1 } }) }"
        Set-Content -LiteralPath "$folder.ready" -Value 1
        $report = Resume-LabRun -Id $first.RunId -AsRecorded 6> $null
        $report.Results.Name | Should -Be 'a'
        $report.Results.Output | Should -Be 'done'
    }

    It 'is part of an archive, and goes with the record' {
        $folder = New-Lab 'archived'
        $first = Start-Lab $folder
        $zip = Join-Path -Path $TestDrive -ChildPath 'archived.zip'
        Get-LabRun -Id $first.RunId | Export-LabRun -Path $zip | Out-Null
        Expand-Archive -LiteralPath $zip -DestinationPath "$zip.open"
        (Get-Content -LiteralPath "$zip.open/lab.json" -Raw | ConvertFrom-Json).files.path | Split-Path -Leaf | Should -Be @('base.yaml', 'disk.ps1', 'lab.yaml', 'undo.ps1')
        Remove-LabRun -Id $first.RunId -Confirm:$false
        $first.RunDirectory | Should -Not -Exist
    }

    It 'refuses <Case> with <Id>, and says what to do' -ForEach @(
        @{ Case = 'the record of an older version'; Id = 'LabNotRecorded'; Says = '*has no copy of its lab, because an older version of LabRunner wrote it.'; Damage = {
                param($Directory)
                $header = Get-Content -LiteralPath "$Directory/run.json" -Raw | ConvertFrom-Json -AsHashtable
                $header.Remove('lab')
                ConvertTo-Json $header -Depth 20 | Set-Content -LiteralPath "$Directory/run.json"
                Remove-Item -LiteralPath "$Directory/lab.json"
            } }
        @{ Case = 'a copy that was edited'; Id = 'RecordedLabDamaged'; Says = "*is damaged ('lab.json': it does not match its checksum)."; Damage = {
                param($Directory)
                (Get-Content -LiteralPath "$Directory/lab.json" -Raw).Replace('server', 'cluster') | Set-Content -LiteralPath "$Directory/lab.json" -NoNewline
            } }
        @{ Case = 'a copy that is missing'; Id = 'RecordedLabDamaged'; Says = "*is damaged ('lab.json': the file is missing)."; Damage = { param($Directory) Remove-Item -LiteralPath "$Directory/lab.json" } }
    ) {
        $folder = New-Lab ('refused-' + [guid]::NewGuid())
        $first = Start-Lab $folder
        & $Damage $first.RunDirectory
        foreach ($command in 'Resume-LabRun', 'Undo-LabRun') {
            $fault = { & $command -Id $first.RunId -AsRecorded -ErrorAction Stop } | Should -Throw -ErrorId "LabRunner.$Id,$command" -PassThru
            "$fault" | Should -BeLike $Says
            $fault.ErrorDetails.RecommendedAction | Should -Be 'Go on with the lab as its file is now: leave -AsRecorded out.'
        }
        (Resume-LabRun -Id $first.RunId -WhatIf).Action | Should -Be @('Keep', 'Rerun', 'Rerun') -Because 'the file is there'
    }

    It 'refuses a run of objects, and operations beside it' {
        $directory = Join-Path -Path $TestDrive -ChildPath 'objects'
        $null = Invoke-ParallelLabRunner -Operations @(@{ Name = 'a'; ScriptBlock = { throw 'no' } }) -RunDirectory $directory -ErrorAction SilentlyContinue
        $fault = { Resume-LabRun -Path $directory -AsRecorded -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.LabNotRecorded,Resume-LabRun' -PassThru
        "$fault" | Should -BeLike '*because the run was not started from a lab file.'
        { Resume-LabRun -Path $directory -AsRecorded -Operations @() -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.InvalidValue*'
    }
}

Describe 'Undo-LabRun -AsRecorded' {
    It 'undoes by the rollbacks that the lab had' {
        $folder = New-Lab 'undone'
        Set-Ready $folder
        $first = Start-Lab $folder
        Set-Content -LiteralPath "$folder/undo.ps1" -Value 'throw "new"'
        Set-Content -LiteralPath "$folder/lab.yaml" -Value "name: undone`noperations: [{ name: x, script: '1' }]"
        (Undo-LabRun -Id $first.RunId -AsRecorded 6> $null).Status | Should -Be 'Undone'
        Get-Ran $folder | Select-Object -Last 1 | Should -Be 'no disk'
    }
}
