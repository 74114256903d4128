using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LabRunner.Workers;

namespace LabRunner.Runs;

/// <summary>Cleans up when the module is removed from a session.</summary>
public sealed class ModuleLifetime : IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        // An operation may remove the module from its worker; that does not concern the run it belongs to.
        if (Worker.OnThisThread is not null)
        {
            return;
        }

        ControlThread.CancelAll(Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty);
        WorkerPool.Drain();
    }
}
