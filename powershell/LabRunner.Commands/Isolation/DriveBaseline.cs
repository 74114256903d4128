using System.Management.Automation;
using LabRunner.Engine;

namespace LabRunner.Isolation;

/// <summary>The drives and location stacks of a worker's session, and the way back to them.</summary>
internal sealed class DriveBaseline
{
    private readonly SessionState _session;
    private readonly SessionTables _tables;
    private readonly PSDriveInfo[] _drives;
    private readonly HashSet<string> _providers;

    internal DriveBaseline(SessionState session, SessionTables tables)
    {
        _session = session;
        _tables = tables;
        _drives = [.. _tables.Drives];
        _providers = [.. session.Provider.GetAll().Select(provider => provider.Name)];
    }

    /// <summary>Undoes what an operation has changed.</summary>
    internal void Restore()
    {
        if (_tables.LocationStacks is { Count: > 0 } stacks)
        {
            stacks.Clear();
        }

        if (AreTheSame(_tables.Drives))
        {
            return;
        }

        // The drive of a provider that came with a module is the module's.
        foreach (var drive in _tables.Drives.Except(_drives).Where(drive => _providers.Contains(drive.Provider.Name)).ToArray())
        {
            _session.Drive.Remove(drive.Name, force: true, "global");
        }

        foreach (var drive in _drives.Except(_tables.Drives).ToArray())
        {
            _session.Drive.New(drive, "global");
        }
    }

    private bool AreTheSame(ICollection<PSDriveInfo> drives)
    {
        if (drives.Count != _drives.Length)
        {
            return false;
        }

        var place = 0;
        foreach (var drive in drives)
        {
            if (!ReferenceEquals(drive, _drives[place++]))
            {
                return false;
            }
        }

        return true;
    }
}
