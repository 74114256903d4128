using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LabRunner.Execution;

/// <summary>The drives of the file system, looked for once for all workers.</summary>
/// <remarks>
/// Elsewhere than on Windows there is one drive, and one for temporary files; the engine finds that out anew for every
/// runspace by looking at everything that is mounted, which is three quarters of the time that opening one takes, and more
/// the more is mounted. So a provider of ours stands in while a runspace is opened. It gives the engine what the first
/// worker was given: the engine's own provider, with its drives. What comes of it is compared field for field; where it
/// is not the same, and where the engine is another inside, each runspace looks for itself.
/// </remarks>
internal static class SharedFileSystem
{
    private const string Name = "FileSystem";
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    // What belongs to the one session that it was read from.
    private static readonly string[] OfTheSession = ["_sessionState", "_provider", "_currentWorkingDirectory", "_noteProperty", "_hiddenDrive", "_cachedModuleName", "_providerOutputType", "_capabilitiesRead"];

    private static readonly FieldInfo[] OfProvider = Fields(typeof(ProviderInfo));
    private static readonly FieldInfo[] OfDrive = Fields(typeof(PSDriveInfo));
    private static readonly FieldInfo? Session = typeof(ProviderInfo).GetField("_sessionState", Members);
    private static readonly ConstructorInfo? Make = typeof(ProviderInfo).GetConstructors(Members).FirstOrDefault(one => one.GetParameters() is [{ } session, { } type, _, _, _] && session.ParameterType == typeof(SessionState) && type.ParameterType == typeof(Type));
    private static readonly ConstructorInfo? CopyDrive = typeof(PSDriveInfo).GetConstructor(Members, [typeof(PSDriveInfo)]);

    private static volatile Known? _known;
    private static volatile bool _isDifferent = OperatingSystem.IsWindows() || Session is null || Make is null || CopyDrive is null;

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

    /// <summary>Looks at what an opened runspace was given, and learns it from the first.</summary>
    /// <returns>Whether that is what it should be; otherwise the runspace is to be opened anew.</returns>
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
            _isDifferent = !AreAlike(OfProvider, known.Provider, provider)
                || drives.Length != known.Drives.Length
                || drives.Where((drive, place) => !ReferenceEquals(drive.Provider, provider) || !AreAlike(OfDrive, known.Drives[place], drive)).Any();
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

    private static FieldInfo[] Fields(Type type) => [.. type.GetFields(Members).Where(field => !OfTheSession.Contains(field.Name))];

    private sealed record Known(ProviderInfo Provider, PSDriveInfo[] Drives, string Temporary);

    /// <summary>Stands in for the engine's provider while a runspace is opened; from then on the engine makes its own.</summary>
    [CmdletProvider(Name, ProviderCapabilities.Filter | ProviderCapabilities.ShouldProcess | ProviderCapabilities.Credentials)]
    internal sealed class OpeningProvider : DriveCmdletProvider
    {
        /// <inheritdoc/>
        protected override ProviderInfo Start(ProviderInfo providerInfo)
        {
            var known = _known!.Provider;
            var own = (ProviderInfo)Make!.Invoke([Session!.GetValue(providerInfo), known.ImplementingType, Name, known.HelpFile, null]);
            Copy(OfProvider, known, own);
            return own;
        }

        /// <inheritdoc/>
        protected override System.Collections.ObjectModel.Collection<PSDriveInfo> InitializeDefaultDrives()
        {
            var drives = new System.Collections.ObjectModel.Collection<PSDriveInfo>();
            foreach (var known in _known!.Drives)
            {
                var own = (PSDriveInfo)CopyDrive!.Invoke([known]);
                Copy(OfDrive, known, own);
                typeof(PSDriveInfo).GetField("_provider", Members)!.SetValue(own, ProviderInfo);
                drives.Add(own);
            }

            return drives;
        }
    }
}
