# What a user sees of the module: importing it, its commands, its help, its views.

BeforeAll {
    . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
    $script:module = (Get-Module -Name LabRunner).ModuleBase
}

Describe 'LabRunner as a module' {
    It 'exports functions alone, and those the manifest names' {
        $manifest = Test-ModuleManifest -Path (Join-Path $module 'LabRunner.psd1')
        $exported = (Get-Module -Name LabRunner).ExportedCommands.Values
        $exported.CommandType | Sort-Object -Unique | Should -Be 'Function'
        $exported.Name | Sort-Object | Should -Be ($manifest.ExportedFunctions.Keys | Sort-Object)
        $manifest.ExportedCmdlets.Count | Should -Be 0
        $manifest.Guid | Should -Be 'c0000000-0000-4000-8000-000000000001'
        # What is exported has a file of its own, and what has a file is exported.
        $exported.Name | Sort-Object | Should -Be ((Get-ChildItem "$PSScriptRoot/../../powershell/module/Public" -Filter *.ps1).BaseName | Sort-Object)
    }

    It 'ships every file of the original folder, its views and its help' {
        foreach ($file in 'Download-Archive.ps1', 'Expand-All.ps1', 'Format-Config.ps1', 'Get-LabConfig.ps1', 'Get-Platform.ps1', 'InvokeOpenTofuInstaller.ps1', 'Logger.ps1',
            'Menu.ps1', 'Network.ps1', 'Resolve-ProjectPath.psm1', 'ScriptTemplate.ps1', 'LabRunner.psm1', 'LabRunner.Commands.dll', 'LabRunner.Interop.dll', 'LabRunner.Format.ps1xml') {
            Join-Path $module $file | Should -Exist
        }
        (Get-ChildItem "$module/en-US").Name | Should -Be (Get-ChildItem "$PSScriptRoot/../../powershell/module/en-US").Name
    }

    It 'loads machine code for this system, and the assembly without it where there is none' {
        $system = [System.Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier
        $copy = Join-Path $TestDrive 'portable/LabRunner'
        Copy-Item -Path $module -Destination $copy -Recurse
        $loaded = "Import-Module -Name '$copy' -ErrorAction Stop; [LabRunner.LabHealth].Assembly.Location; (Invoke-ParallelLabRunner @{ Name = 'a'; Isolation = 'Process'; ScriptBlock = { 'ran' } }).Output"
        Invoke-SamePowerShell -Command $loaded *>&1 | Should -Be (Join-Path $copy $system 'LabRunner.Commands.dll'), 'ran'
        Remove-Item -Path (Join-Path $copy $system 'LabRunner.*.dll')
        Invoke-SamePowerShell -Command $loaded *>&1 | Should -Be (Join-Path $copy 'LabRunner.Commands.dll'), 'ran'
    }

    It 'says which file cannot be loaded and what to do' {
        $copy = Join-Path $TestDrive 'damaged/LabRunner'
        Copy-Item -Path $module -Destination $copy -Recurse
        Get-ChildItem -Path $copy -Recurse -Filter 'LabRunner.Commands.dll' | ForEach-Object { [System.IO.File]::WriteAllText($_.FullName, 'not an assembly') }
        $said = Invoke-SamePowerShell -Command "try { Import-Module -Name '$copy' } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }" *>&1
        $said[0] | Should -BeLike 'LabRunner.AssemblyNotLoaded*'
        $said[1] | Should -BeLike "*assemblies in '$copy' cannot be loaded*Install the module again*"
    }

    It 'has each function as it stands in its file' {
        $errors = $null
        $file = [System.Management.Automation.Language.Parser]::ParseFile((Join-Path $module 'LabRunner.Functions.ps1'), [ref] $null, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        $written = $file.FindAll({ $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $false)
        $loaded = & (Get-Module -Name LabRunner) { Get-Command -CommandType Function -Module LabRunner }
        $loaded.Count | Should -BeGreaterThan (Get-Module -Name LabRunner).ExportedFunctions.Count
        # The module leaves out what another has: see Import-ModuleFunction.
        foreach ($function in $written | Where-Object Name -In $loaded.Name) {
            $text = $function.Body.Extent.Text
            ($loaded | Where-Object Name -EQ $function.Name).Definition.Trim() | Should -BeExactly $text.Substring(1, $text.Length - 2).Trim() -Because $function.Name
        }
    }

    It 'lists no files in its manifest, each of which an import would look for' {
        (Import-PowerShellDataFile -Path (Join-Path $module 'LabRunner.psd1')).Keys | Should -Not -Contain 'FileList'
    }

    It 'imports in a fresh process without a word, <Way>' -ForEach @(
        @{ Way = 'by its folder'; Path = '' }
        @{ Way = 'by its manifest'; Path = 'LabRunner.psd1' }
        @{ Way = 'by its script root'; Path = 'LabRunner.psm1' }
    ) {
        $path = Join-Path $module $Path
        $output = Invoke-SamePowerShell -Command "Import-Module -Name '$path'; Import-Module -Name '$path' -Force; (Get-Command -Module LabRunner -CommandType Cmdlet).Count; (Get-Command -Module LabRunner).Count" *>&1
        $output | Should -Be '0', "$((Get-Module -Name LabRunner).ExportedFunctions.Count)"
    }

    It 'is found by name on the module path and loaded by its commands' {
        $before = $env:PSModulePath
        try {
            $env:PSModulePath = (Split-Path $module) + [System.IO.Path]::PathSeparator + $before
            Invoke-SamePowerShell -Command 'Get-Platform; (Get-Module LabRunner).Name' | Should -Be @((Get-Platform), 'LabRunner')
        } finally {
            $env:PSModulePath = $before
        }
    }

    It 'imports in ten runspaces of a fresh process at once, as ForEach-Object -Parallel does' {
        $code = "1..10 | ForEach-Object -Parallel { Import-Module '$module' -Global; (Get-Command -Module LabRunner).Count } -ThrottleLimit 10 | Sort-Object -Unique"
        Invoke-SamePowerShell -Command $code *>&1 | Should -Be (Get-Module LabRunner).ExportedFunctions.Count
    }

    It 'leaves <Kind> of the session alone that has a fallback''s name' -ForEach @(
        @{ Kind = 'an alias'; Code = 'Set-Alias Start-ProgressOperation Get-Date' }
        @{ Kind = 'a function'; Code = 'function Start-ProgressOperation { }' }
    ) {
        $code = "$Code; `$WhatIfPreference = `$true; Import-Module '$module'; (Get-Command Start-ProgressOperation).Source; (Get-Command Complete-ProgressOperation).Source"
        Invoke-SamePowerShell -Command $code *>&1 | Where-Object { "$_" } | Should -Be 'LabRunner'
    }

    It 'gives operations its fallbacks too: <_>' -ForEach 'Write-CustomLog x', '$id = Start-ProgressOperation -OperationName x -TotalSteps 1; Complete-ProgressOperation -OperationId $id' {
        $result = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = [scriptblock]::Create($_) }
        $result.Error | Should -BeNullOrEmpty
        $result.Success | Should -BeTrue
    }

    It 'can be reached into by InModuleScope and mocked by name' {
        InModuleScope LabRunner { Get-Platform } | Should -BeIn 'Windows', 'Linux', 'MacOS'
        Mock -CommandName Write-CustomLog -ModuleName LabRunner
        $null = Initialize-StandardParameters -ScriptName x
        Should -Invoke Write-CustomLog -ModuleName LabRunner -Times 1 -ParameterFilter { $Message -eq 'Initializing script: x' }
    }
}

Describe 'The help of <_>' -ForEach (Get-Module -Name LabRunner).ExportedFunctions.Keys {
    BeforeAll {
        $help = Get-Help -Name $_ -Full
        $command = Get-Command -Name $_ -Module LabRunner
    }

    It 'has a synopsis and a description' {
        "$($help.Synopsis)".Trim() | Should -Not -BeNullOrEmpty
        "$($help.Synopsis)" | Should -Not -Match "^\s*$($command.Name) \[" -Because 'that is what PowerShell makes up'
        "$($help.Description.Text)".Trim() | Should -Not -BeNullOrEmpty
    }

    It 'has a text for every parameter' {
        foreach ($name in $command.Parameters.Keys) {
            if ($name -in [System.Management.Automation.Cmdlet]::CommonParameters -or $name -in [System.Management.Automation.Cmdlet]::OptionalCommonParameters) { continue }
            "$((Get-Help -Name $command.Name -Parameter $name).Description.Text)".Trim() | Should -Not -BeNullOrEmpty -Because "-$name needs one"
        }
    }

    It 'has examples that run' {
        $examples = @($help.Examples.Example)
        $examples.Count | Should -BeGreaterThan 0
        $level = $env:LAB_CONSOLE_LEVEL
        $labHome = $env:LABRUNNER_HOME
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
        # What examples may need and a test machine may lack: the network, a person who answers.
        Import-Module -Name "$PSScriptRoot/../data/modules/OutsideWorld/OutsideWorld.psd1" -Global
        Push-Location $TestDrive
        try {
            foreach ($example in $examples) {
                { $script:written = & ([scriptblock]::Create($example.Code)) 6>&1 3>&1 } | Should -Not -Throw -Because $example.Code
                $written | Where-Object { $_ -is [System.Management.Automation.WarningRecord] } | Should -BeNullOrEmpty -Because $example.Code
            }
        } finally {
            Pop-Location
            Remove-Module -Name OutsideWorld
            $env:LAB_CONSOLE_LEVEL = $level
            $env:LABRUNNER_HOME = $labHome
        }
    }
}

Describe 'What is shown' {
    BeforeAll {
        $rendering = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'PlainText'
    }
    AfterAll { $PSStyle.OutputRendering = $rendering }

    It 'is a table of results, with why an operation failed or was skipped' {
        $operations = @{ Name = 'Database'; ScriptBlock = { 'SQL-01' } }, @{ Name = 'Web'; ScriptBlock = { throw 'no disk' } }, @{ Name = 'Test'; ScriptBlock = { 1 }; Dependencies = 'Web' }
        $text = Invoke-ParallelLabRunner $operations -ContinueOnError -ErrorAction SilentlyContinue | Out-String -Width 160
        $text | Should -Match 'StartTime\s+Name\s+Status\s+Duration\s+Outcome'
        $text | Should -Match 'Database\s+Succeeded .*SQL-01'
        $text | Should -Match 'Web\s+Failed .*no disk'
        $text | Should -Match "Test\s+Skipped .*Web"
        $text | Should -Not -Match "`e"
    }

    It 'colours the status where the terminal renders it' {
        $PSStyle.OutputRendering = 'Ansi'
        try {
            Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 1 } } | Out-String | Should -Match ([regex]::Escape($PSStyle.Foreground.Green) + 'Succeeded')
        } finally {
            $PSStyle.OutputRendering = 'PlainText'
        }
    }

    It 'is a table for tests of configurations and lists for reports' {
        Set-Content -Path TestDrive:/web.yaml -Value 'name: Web', 'operations: [{ name: a, script: Write-Output 1 }]'
        $path = (Get-Item TestDrive:/web.yaml).FullName
        Test-LabConfiguration $path | Out-String -Width 160 | Should -Match 'Web\s+True\s+1\s+0\s+0'
        Start-AdvancedLabOrchestration $path | Out-String | Should -Match 'Status\s+: Succeeded'
        Start-LabAutomation -ConfigPath $path | Out-String | Should -Match 'LabName\s+: Web'
        Get-LabStatus | Out-String | Should -Match 'ParallelSupport\s+: True'
        Test-ParallelRunnerSupport -Detailed | Out-String | Should -Match 'MaxConcurrency\s+: \d+'
    }
}
