# What a person sees who begins: operations, templates and a lab file made by commands.

Describe 'New-LabOperation and New-LabTemplate' {
    It 'make operations that run' {
        $operations = @(
            New-LabOperation disk -ScriptBlock { 'disk' } -Timeout 30s -Priority 1
            New-LabOperation -Name vm -ScriptBlock { param($Memory) "vm with $Memory" } -Parameters @{ Memory = '4GB' } -Dependencies disk -Estimate 5s
        )
        $operations[0].PSObject.TypeNames[0] | Should -Be 'LabRunner.LabOperation'
        $operations[0].PSObject.Properties.Name | Should -Be 'Name', 'ScriptBlock', 'Priority', 'Timeout'
        (Invoke-ParallelLabRunner $operations | Sort-Object Name).Result | Should -Be 'disk', 'vm with 4GB'
        (Get-LabPlan -Operations $operations).CriticalPath | Should -Be 'disk', 'vm'
    }

    It 'fill a template' {
        $template = New-LabTemplate 'Deploy-{0}-{1}' { param($Server, $Port) "${Server}:$Port" } -Parameters @{ Port = 80; Server = 'none' } -Priority 2
        $operation = New-LabOperation -Template $template -Values 'WEB', 1 -Parameters @{ Server = 'WEB-01' }
        $operation.Name | Should -Be 'Deploy-WEB-1'
        $operation.Priority | Should -Be 2
        ($operation | Invoke-ParallelLabRunner).Result | Should -Be 'WEB-01:80'
        $template.Parameters.Server | Should -Be 'none' -Because 'a template is not changed'
        $seed = @{ Name = 'Deploy-WebServer-{0}'; Type = 'Deploy'; ScriptBlock = { 'web' } }
        (New-LabOperation -Template $seed -Values A -Path ./other.ps1).PSObject.Properties.Name | Should -Not -Contain 'ScriptBlock'
    }

    It 'refuse a template without enough values or a name' {
        { New-LabOperation -Template @{ Name = 'a-{0}-{1}'; ScriptBlock = { 1 } } -Values x } | Should -Throw -ErrorId 'LabRunner.InvalidValue*' -ExpectedMessage "*'a-{0}-{1}'*"
        { New-LabOperation -Template @{ ScriptBlock = { 1 } } } | Should -Throw -ErrorId 'LabRunner.MissingName*'
    }
}

Describe 'New-LabConfiguration' {
    It 'writes a lab that is valid, runs and names the schema' {
        $file = New-LabConfiguration (Join-Path $TestDrive 'my lab.yaml')
        (Get-Content $file)[0] | Should -Match '^# yaml-language-server: \$schema=.*lab-1\.schema\.json$'
        $test = Test-LabConfiguration $file
        $test.Errors | Should -BeNullOrEmpty
        $test.Warnings | Should -BeNullOrEmpty
        $test.LabName | Should -Be 'my lab'
        $report = Start-AdvancedLabOrchestration $file -Environment dev
        $report.Summary.Status | Should -Be 'Succeeded'
        ($report.Results | Where-Object Name -EQ 'deploy').Result | Should -Be 'deployed to WEB-01'
    }

    It 'does not write over a file, and quotes the name' {
        $path = Join-Path $TestDrive 'there.yaml'
        Set-Content $path 'mine'
        { New-LabConfiguration $path } | Should -Throw -ErrorId 'LabRunner.FileExists*'
        New-LabConfiguration $path -Force -WhatIf
        Get-Content $path | Should -Be 'mine'
        $null = New-LabConfiguration $path -Force -Name "it's: a lab"
        (Get-LabConfig $path).name | Should -Be "it's: a lab"
        { New-LabConfiguration (Join-Path $TestDrive 'lab.txt') } | Should -Throw -ErrorId 'LabRunner.InvalidValue*'
    }
}
