# What an operation costs beside its own script, where that does not depend on the machine: memory that is allocated.

Describe 'The cost of an operation' {
    BeforeAll { . "$PSScriptRoot/Invoke-SamePowerShell.ps1" }

    It 'allocates at most 1.3 times what the same block does in a bare loop' -Tag 'NeedsEngineMember:SessionState.Internal' {
        $measure = {
            param($Module)
            $ErrorActionPreference = 'Stop'
            Import-Module $Module
            $sink = Add-Type -PassThru -TypeDefinition 'using System.Management.Automation; namespace LabRunnerCosts { [Cmdlet("Write", "Sink")] public class SinkCommand : PSCmdlet { [Parameter(ValueFromPipeline = true)] public object InputObject { get; set; } } }'
            Import-Module -Assembly $sink.Assembly
            $count = 2000
            $unbound = {}.Ast.GetScriptBlock()
            $bare = { for ($i = 0; $i -lt $count; $i++) { & $unbound *>&1 | Write-Sink } }
            $operations = foreach ($i in 1..$count) { @{ Name = "o$i"; ScriptBlock = {} } }
            $ours = { $null = Invoke-ParallelLabRunner -Operations $operations -MaxConcurrency 4 }
            $bytes = foreach ($loop in $bare, $ours) {
                & $loop
                $before = [GC]::GetTotalAllocatedBytes($true)
                & $loop
                [GC]::GetTotalAllocatedBytes($true) - $before
            }
            $bytes[1] / $bytes[0]
        }
        $module = (Get-Module LabRunner).ModuleBase
        $ratio = Invoke-SamePowerShell -Command "& { $measure } '$module'"
        [double] $ratio | Should -BeLessOrEqual 1.3
    }
}
