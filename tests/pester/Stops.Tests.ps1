# Whether a failed run ends the script that called: it does when the call asks for it, as with any command.

Describe 'A script that calls <How>' -ForEach @(
    @{ How = 'Invoke-ParallelLabRunner -ErrorAction Stop'; Call = 'Invoke-ParallelLabRunner $operations -ErrorAction Stop'; Ends = $true }
    @{ How = 'Invoke-ParallelLabRunner -ThrowOnFailure'; Call = 'Invoke-ParallelLabRunner $operations -ThrowOnFailure'; Ends = $true }
    @{ How = 'Invoke-ParallelLabRunner -Scripts -ErrorAction Stop'; Call = 'Invoke-ParallelLabRunner -Scripts { throw "no disk" } -ErrorAction Stop'; Ends = $true }
    @{ How = 'Invoke-SequentialExecution -ErrorAction Stop'; Call = 'Invoke-SequentialExecution $operations -ErrorAction Stop'; Ends = $true }
    @{ How = 'Start-AdvancedLabOrchestration -ErrorAction Stop'; Call = 'Start-AdvancedLabOrchestration $lab -ErrorAction Stop'; Ends = $true }
    @{ How = 'Start-AdvancedLabOrchestration -ThrowOnFailure'; Call = 'Start-AdvancedLabOrchestration $lab -ThrowOnFailure'; Ends = $true }
    @{ How = 'Start-LabAutomation -ErrorAction Stop'; Call = 'Start-LabAutomation -ConfigPath $lab -ErrorAction Stop'; Ends = $true }
    @{ How = 'Start-LabAutomation -ThrowOnFailure'; Call = 'Start-LabAutomation -ConfigPath $lab -ThrowOnFailure'; Ends = $true }
    @{ How = 'Start-LabAutomation -Configuration -ErrorAction Stop'; Call = 'Start-LabAutomation -Configuration @{ Operations = $operations } -ErrorAction Stop'; Ends = $true }
    @{ How = 'Start-EnhancedLabDeployment -ErrorAction Stop'; Call = 'Start-EnhancedLabDeployment $lab -ErrorAction Stop'; Ends = $true }
    @{ How = 'nothing that asks for it'; Call = 'Invoke-ParallelLabRunner $operations'; Ends = $false }
    @{ How = 'under $ErrorActionPreference = Stop'; Call = '$ErrorActionPreference = "Stop"; Invoke-ParallelLabRunner $operations'; Ends = $false }
) {
    BeforeAll {
        . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
        $script = Join-Path $TestDrive 'deploy.ps1'
        $lab = Join-Path $TestDrive 'deploy.yaml'
        Set-Content -LiteralPath $lab 'name: x', 'operations:', '  - name: disk', '    script: throw "no disk"'
        Set-Content -LiteralPath $script "Import-Module '$((Get-Module LabRunner).ModuleBase)/LabRunner.psd1'", "`$lab = '$lab'",
            '$operations = @{ Name = "disk"; ScriptBlock = { throw "no disk" } }', "`$null = $Call", '"the next line"'
        $said = Invoke-SamePowerShell -File $script 2>&1 | Out-String
        $code = $LASTEXITCODE
    }

    It 'ends there, with the exit code 1, when that was asked for, and else goes on' {
        $code | Should -Be ([int] $Ends)
        $said -like '*the next line*' | Should -Be (-not $Ends)
        $said | Should -BeLike '*no disk*'
    }
}

Describe 'The error that ends the calling script' {
    BeforeAll { $ErrorActionPreference = 'Continue' }

    $ways = @{ How = '-ErrorAction Stop'; Needs = @() }, @{ How = '-ThrowOnFailure'; Needs = 'NeedsEngineMember:ErrorRecord.SetInvocationInfo()' }
    foreach ($way in $ways) { It 'has all results, stands at the call and loses nothing: <How>' -Tag $way.Needs -ForEach $way {
        $file = Join-Path $TestDrive 'call.ps1'
        Set-Content -LiteralPath $file '$operations = @{ Name = "disk"; ScriptBlock = { throw "no disk" } }, @{ Name = "web"; ScriptBlock = { }; Dependencies = "disk" }', "Invoke-ParallelLabRunner `$operations $How -OutVariable global:LabKept"
        $thrown = { . $file 2>$null } | Should -Throw -ErrorId 'LabRunner.RunFailed,Invoke-ParallelLabRunner' -PassThru
        $thrown.TargetObject.Name | Should -Be 'disk', 'web'
        $global:LabKept.Name | Should -Be 'disk', 'web'
        Remove-Variable -Name LabKept -Scope Global
        $thrown.InvocationInfo.ScriptName | Should -Be $file
        $thrown.InvocationInfo.ScriptLineNumber | Should -Be 2
        "$thrown" | Should -Be "2 of 2 operations did not succeed: 'disk' Failed: no disk; 1 skipped."
    } }

    It 'gives the report of a lab, and the result of a deployment, before it' {
        $lab = Join-Path $TestDrive 'lab.yaml'
        Set-Content -LiteralPath $lab 'name: x', 'operations:', '  - name: disk', '    script: throw "no disk"'
        { Start-AdvancedLabOrchestration $lab -ErrorAction Stop -OutVariable report 2>$null } | Should -Throw -ErrorId 'LabRunner.RunFailed*'
        { Start-LabAutomation -ConfigPath $lab -ErrorAction Stop -OutVariable script:automation 2>$null } | Should -Throw -ErrorId 'LabRunner.RunFailed*'
        $script:automation.Status | Should -Be 'Failed'
        $thrown = { Start-EnhancedLabDeployment $lab -ErrorAction Stop 2>$null 6>$null } | Should -Throw -ErrorId 'LabRunner.DeploymentFailed*' -PassThru
        $thrown.TargetObject.Success | Should -BeFalse
    }

    It 'is not there when nothing failed' {
        (Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { 1 } } -ErrorAction Stop -ThrowOnFailure).Status | Should -Be 'Succeeded'
    }
}

Describe 'Errors of operations under $ErrorActionPreference = Stop' {
    It 'are written as they are, each at its own line, and cost no result' -Tag 'NeedsEngineMember:ErrorRecord.PreserveInvocationInfoOnce' {
        $ErrorActionPreference = 'Stop'
        $results = Invoke-ParallelLabRunner -Ordered -ContinueOnError @(
            @{ Name = 'a'; ScriptBlock = { throw 'no' } }
            @{ Name = 'b'; ScriptBlock = { 'yes' } }
        ) -ErrorVariable failures 2>$null
        $results.Status | Should -Be 'Failed', 'Succeeded'
        "$failures" | Should -Be '[a] no'
        $failures[0].InvocationInfo.Line | Should -BeLike "*@{ Name = 'a'; ScriptBlock = { throw 'no' } }*"
    }
}
