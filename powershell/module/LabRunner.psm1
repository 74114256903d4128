#requires -Version 7.4

# The script root of the module. Its functions are in LabRunner.Functions.ps1.
# An import does nothing but load the assembly with the cmdlets: no file is read, no thread started, nothing written.
# What stands here runs at every import, where each operator and each method call costs a dynamic binding, a millisecond
# or more in a new process. So there are only commands and strings; the rest runs when something is wrong.

# What the session has set must not change how the module works.
Set-StrictMode -Off

# The assembly is loaded here rather than by the manifest's NestedModules, which could only answer
# "Assembly with same name is already loaded" when a process has met another build of it before.
# A copy of the same build in another folder imports as well: the one that is loaded serves both.
try {
    # With machine code, where the package has it for this system. It must be the right one: .NET remembers by name what
    # it could not load.
    Import-Module -Name "$PSScriptRoot/$([System.Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier)/LabRunner.Commands.dll" -Verbose:$false -ErrorAction Stop
} catch {
    try {
        Import-Module -Name "$PSScriptRoot/LabRunner.Commands.dll" -Verbose:$false -ErrorAction Stop
    } catch {
        . "$PSScriptRoot/Functions/ImportFailure.ps1"
    }
}

# Defines the functions. Each is parsed when it is first used: parsing them all would make an import a fifth longer.
LabRunner.Commands\Import-ModuleFunction
# None of the assembly's cmdlets, which the manifest alone would hide.
Export-ModuleMember -Function $exported
