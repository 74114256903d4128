using System.ComponentModel;
using System.Diagnostics;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>What the process cmdlets share.</summary>
public abstract class ProcessCmdlet : PSCmdlet
{
    [Parameter(Position = 0, ParameterSetName = "Name", ValueFromPipelineByPropertyName = true)]
    [Alias("ProcessName")]
    public string[]? Name { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "Id", ValueFromPipelineByPropertyName = true)]
    [Alias("PID")]
    public int[]? Id { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "InputObject", ValueFromPipeline = true)]
    public Process[]? InputObject { get; set; }

    internal IEnumerable<Process> Find()
    {
        if (InputObject is not null)
        {
            return InputObject;
        }

        if (Id is not null)
        {
            return Id.Select(ById).OfType<Process>();
        }

        return Name is null ? Process.GetProcesses().OrderBy(process => process.ProcessName) : Name.SelectMany(ByName);
    }

    private Process? ById(int id)
    {
        try
        {
            return Process.GetProcessById(id);
        }
        catch (ArgumentException error)
        {
            WriteError(new ErrorRecord(
                new ProcessCommandException($"Cannot find a process with the process identifier {id}.", error),
                "NoProcessFoundForGivenId",
                ErrorCategory.ObjectNotFound,
                id));
            return null;
        }
    }

    private List<Process> ByName(string name)
    {
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        var found = Process.GetProcesses().Where(process => pattern.IsMatch(process.ProcessName)).ToList();
        if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            WriteError(new ErrorRecord(
                new ProcessCommandException($"Cannot find a process with the name \"{name}\"."),
                "NoProcessFoundForGivenName",
                ErrorCategory.ObjectNotFound,
                name));
        }

        return found;
    }
}

/// <summary>What goes wrong in the process cmdlets.</summary>
public sealed class ProcessCommandException : SystemException
{
    public ProcessCommandException() : this("A process could not be found.")
    {
    }

    public ProcessCommandException(string message) : base(message)
    {
    }

    public ProcessCommandException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>Stand-in for Get-Process.</summary>
[Cmdlet(VerbsCommon.Get, "Process", DefaultParameterSetName = "Name")]
public sealed class GetProcessCommand : ProcessCmdlet
{
    protected override void ProcessRecord() => WriteObject(Find(), enumerateCollection: true);
}

/// <summary>Stand-in for Stop-Process.</summary>
[Cmdlet(VerbsLifecycle.Stop, "Process", DefaultParameterSetName = "Id", SupportsShouldProcess = true)]
public sealed class StopProcessCommand : ProcessCmdlet
{
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        if (Name is null && Id is null && InputObject is null)
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException("Stop-Process needs -Id, -Name or -InputObject."), "NoProcessGiven", ErrorCategory.InvalidArgument, null));
        }

        foreach (var process in Find().Where(process => ShouldProcess($"{process.ProcessName} ({process.Id})")))
        {
            try
            {
                process.Kill();
            }
            catch (InvalidOperationException)
            {
                // It has ended meanwhile, which is what was asked for.
            }
            catch (Win32Exception error)
            {
                WriteError(new ErrorRecord(error, "CouldNotStopProcess", ErrorCategory.CloseError, process));
            }
        }
    }
}

/// <summary>Stand-in for Wait-Process.</summary>
[Cmdlet(VerbsLifecycle.Wait, "Process", DefaultParameterSetName = "Name")]
public sealed class WaitProcessCommand : ProcessCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopped = new();

    [Parameter]
    [Alias("TimeoutSec")]
    [ValidateRange(0, 32767)]
    public int? Timeout { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var process in Find())
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
            if (Timeout is { } seconds)
            {
                limit.CancelAfter(TimeSpan.FromSeconds(seconds));
            }

            try
            {
                process.WaitForExitAsync(limit.Token).GetAwaiter().GetResult();
            }
            catch (OperationCanceledException error)
            {
                if (_stopped.IsCancellationRequested)
                {
                    return;
                }

                var timeout = new TimeoutException($"The process \"{process.ProcessName} ({process.Id})\" was not stopped in the specified time-out.", error);
                WriteError(new ErrorRecord(timeout, "ProcessNotTerminated", ErrorCategory.CloseError, process));
            }
        }
    }

    protected override void StopProcessing() => _stopped.Cancel();

    public void Dispose() => _stopped.Dispose();
}
