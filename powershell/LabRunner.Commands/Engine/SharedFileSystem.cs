using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LabRunner.Engine;

/// <summary>The drives of the file system, found once for all workers.</summary>
/// <remarks>
/// On Unix there is one drive, and one for temporary files. The engine finds that out for every runspace by looking at
/// everything that is mounted, which is three quarters of the time that opening one takes, and more the more is mounted.
/// So a provider of ours takes its place while a runspace is opened. It gives the engine what the first worker was given: the
/// engine's own provider, with its drives. Which fields are copied and which belong to one session is written down here;
/// where the engine's types have any other field, or the result differs, each runspace looks for itself.
/// </remarks>
internal static class SharedFileSystem
{
    private const string Name = "FileSystem";

    private static readonly FieldInfo[]? OfProvider = Copied(
        typeof(ProviderInfo),
        ["<ImplementingType>k__BackingField", "<HelpFile>k__BackingField", "_fullName", "<Name>k__BackingField", "<PSSnapIn>k__BackingField", "<Module>k__BackingField", "<Description>k__BackingField", "_capabilities", "<Home>k__BackingField", "<VolumeSeparatedByColon>k__BackingField", "<ItemSeparator>k__BackingField", "<AltItemSeparator>k__BackingField"],
        ["_sessionState", "_hiddenDrive", "_cachedModuleName", "_providerOutputType", "_capabilitiesRead", "_noteProperty"]);

    private static readonly FieldInfo[]? OfDrive = Copied(
        typeof(PSDriveInfo),
        ["_name", "_root", "<Description>k__BackingField", "<MaximumSize>k__BackingField", "<Credential>k__BackingField", "<DriveBeingCreated>k__BackingField", "<IsAutoMounted>k__BackingField", "<IsAutoMountedManuallyRemoved>k__BackingField", "<Persist>k__BackingField", "<IsNetworkDrive>k__BackingField", "<DisplayRoot>k__BackingField", "<VolumeSeparatedByColon>k__BackingField", "_hidden"],
        ["_currentWorkingDirectory", "_provider", "_noteProperty"]);

    private static volatile Known? _known;
    private static volatile bool _isDifferent = OperatingSystem.IsWindows() || OfProvider is null || OfDrive is null || EngineMembers.ProviderSession.Field is null
        || EngineMembers.NewProvider.Constructor is null || EngineMembers.NewDrive.Constructor is null || EngineMembers.DriveProvider.Field is null;

    /// <summary>Whether the fields of the engine's types are those that are written down here.</summary>
    internal static bool KnowsTheFields => OfProvider is not null && OfDrive is not null;

    /// <summary>Lets the session state do without looking for drives, if they are known.</summary>
    /// <returns>Whether it does.</returns>
    internal static bool Leave(InitialSessionState state)
    {
        // The drive for temporary files goes by the environment, which may change.
        if (_isDifferent || _known is not { } known || known.Temporary != Path.GetTempPath() || state.Providers[Name] is not { Count: 1 } entries)
        {
            return false;
        }

        var help = entries[0].HelpFileName;
        state.Providers.Remove(Name, null);
        state.Providers.Add(new SessionStateProviderEntry(Name, typeof(OpeningProvider), help));
        return true;
    }

    /// <summary>Checks what an opened runspace was given, and learns it from the first.</summary>
    /// <returns>Whether that is right; otherwise the runspace must be opened again.</returns>
    internal static bool Join(Runspace runspace, bool left)
    {
        if (_isDifferent || (!left && _known is not null))
        {
            return true;
        }

        try
        {
            var provider = runspace.SessionStateProxy.Provider.GetOne(Name);
            PSDriveInfo[] drives = [.. runspace.SessionStateProxy.Drive.GetAllForProvider(Name)];
            if (!left)
            {
                _known = new Known(provider, drives, Path.GetTempPath());
                return true;
            }

            var known = _known!;
            _isDifferent = !AreAlike(OfProvider!, known.Provider, provider)
                || drives.Length != known.Drives.Length
                || drives.Where((drive, place) => !ReferenceEquals(drive.Provider, provider) || !AreAlike(OfDrive!, known.Drives[place], drive)).Any();
        }
        catch (RuntimeException)
        {
            _isDifferent = true;
        }

        return !_isDifferent;
    }

    private static bool AreAlike(FieldInfo[] fields, object one, object other) => fields.All(field => Equals(field.GetValue(one), field.GetValue(other)));

    private static void Copy(FieldInfo[] fields, object from, object to)
    {
        foreach (var field in fields)
        {
            field.SetValue(to, field.GetValue(from));
        }
    }

    // Null where the type has a field that is not known, or lacks one.
    private static FieldInfo[]? Copied(Type type, string[] copied, string[] ofTheSession)
    {
        var all = type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);
        return all.Length == copied.Length + ofTheSession.Length && all.All(field => copied.Contains(field.Name) || ofTheSession.Contains(field.Name))
            ? [.. all.Where(field => copied.Contains(field.Name))]
            : null;
    }

    private sealed record Known(ProviderInfo Provider, PSDriveInfo[] Drives, string Temporary);

    /// <summary>Stands in for the engine's provider while a runspace is opened; from then on the engine makes its own.</summary>
    [CmdletProvider(Name, ProviderCapabilities.Filter | ProviderCapabilities.ShouldProcess | ProviderCapabilities.Credentials)]
    internal sealed class OpeningProvider : DriveCmdletProvider
    {
        /// <inheritdoc/>
        protected override ProviderInfo Start(ProviderInfo providerInfo)
        {
            var known = _known!.Provider;
            var own = (ProviderInfo)EngineMembers.NewProvider.Constructor!.Invoke([EngineMembers.ProviderSession.Field!.GetValue(providerInfo), known.ImplementingType, Name, known.HelpFile, null]);
            Copy(OfProvider!, known, own);
            return own;
        }

        /// <inheritdoc/>
        protected override System.Collections.ObjectModel.Collection<PSDriveInfo> InitializeDefaultDrives()
        {
            var drives = new System.Collections.ObjectModel.Collection<PSDriveInfo>();
            foreach (var known in _known!.Drives)
            {
                var own = (PSDriveInfo)EngineMembers.NewDrive.Constructor!.Invoke([known]);
                Copy(OfDrive!, known, own);
                EngineMembers.DriveProvider.Field!.SetValue(own, ProviderInfo);
                drives.Add(own);
            }

            return drives;
        }
    }
}
