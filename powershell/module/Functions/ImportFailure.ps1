# Why the assembly could not be loaded, and what to do. Run by the script root, where $_ is the error.
$failure = $_
$assemblyPath = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', 'LabRunner.Commands.dll'))
$assembly = ('LabRunner.LabRunnerException' -as [type]).Assembly
if ($null -eq $assembly) {
    throw [System.Management.Automation.ErrorRecord]::new(
        [System.IO.FileLoadException]::new(
            "LabRunner's assemblies in '$([System.IO.Path]::GetDirectoryName($assemblyPath))' cannot be loaded: $($failure.Exception.Message.Trim().TrimEnd('.')). " +
            'Install the module again, on this system: its files are damaged, incomplete, or of another system.', $assemblyPath, $failure.Exception),
        'LabRunner.AssemblyNotLoaded',
        [System.Management.Automation.ErrorCategory]::ResourceUnavailable,
        $assemblyPath)
}

$stream = [System.IO.File]::OpenRead($assemblyPath)
try {
    $file = [System.Reflection.PortableExecutable.PEReader]::new($stream)
    $metadata = [System.Reflection.Metadata.PEReaderExtensions]::GetMetadataReader($file)
    $buildOnDisk = $metadata.GetGuid($metadata.GetModuleDefinition().Mvid)
} finally {
    $stream.Dispose()
}

if ($buildOnDisk -eq $assembly.ManifestModule.ModuleVersionId) { throw $failure }
$versionOnDisk = [System.Reflection.AssemblyName]::GetAssemblyName($assemblyPath).Version
throw [System.Management.Automation.ErrorRecord]::new(
    [System.InvalidOperationException]::new(
        "Another build of LabRunner is already in this process: version $($assembly.GetName().Version) ($($assembly.ManifestModule.ModuleVersionId)) " +
        "from '$($assembly.Location)'. Version $versionOnDisk ($buildOnDisk) from '$assemblyPath' cannot be loaded beside it. " +
        'Start a new PowerShell and import it there.'),
    'LabRunner.RestartRequired',
    [System.Management.Automation.ErrorCategory]::ResourceExists,
    $assemblyPath)
