#requires -Version 7.4

# The script root of the module. The functions that are exported follow, one region each.
# An import does nothing but load the assembly with the cmdlets: no file is read, no thread started, nothing written.

# What the session has set must not change how the module works.
Set-StrictMode -Off

# The assembly is loaded here rather than by the manifest's NestedModules, which could only answer
# "Assembly with same name is already loaded" when a process has met another build of it before.
$assemblyPath = [System.IO.Path]::Combine($PSScriptRoot, 'LabRunner.Commands.dll')
$loaded = 'LabRunner.LabRunnerException' -as [type]
if ($null -ne $loaded) {
    $assembly = $loaded.Assembly
    $stream = [System.IO.File]::OpenRead($assemblyPath)
    try {
        $file = [System.Reflection.PortableExecutable.PEReader]::new($stream)
        $metadata = [System.Reflection.Metadata.PEReaderExtensions]::GetMetadataReader($file)
        $buildOnDisk = $metadata.GetGuid($metadata.GetModuleDefinition().Mvid)
    } finally {
        $stream.Dispose()
    }

    if ($buildOnDisk -ne $assembly.ManifestModule.ModuleVersionId) {
        $versionOnDisk = [System.Reflection.AssemblyName]::GetAssemblyName($assemblyPath).Version
        throw [System.Management.Automation.ErrorRecord]::new(
            [System.InvalidOperationException]::new(
                "Another build of LabRunner is already in this process: version $($assembly.GetName().Version) ($($assembly.ManifestModule.ModuleVersionId)) " +
                "from '$($assembly.Location)'. Version $versionOnDisk ($buildOnDisk) from '$assemblyPath' cannot be loaded beside it. " +
                'Start a new PowerShell and import it there.'),
            'LabRunner.RestartRequired',
            [System.Management.Automation.ErrorCategory]::ResourceExists,
            $assemblyPath)
    }
}

# A copy of the same build in another folder imports as well: the one that is loaded serves both.
Import-Module -Name $assemblyPath -Verbose:$false
