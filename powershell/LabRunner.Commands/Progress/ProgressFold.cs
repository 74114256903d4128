using LabRunner.Interop;

namespace LabRunner.Progress;

/// <summary>Makes progress of what happens in a run, and tells its view.</summary>
/// <param name="progress">How far the run is.</param>
/// <param name="view">Who shows it, if anybody.</param>
/// <param name="attempts">How many attempts an operation may have, where that is known.</param>
internal sealed class ProgressFold(RunProgress progress, IProgressView? view, Func<int, long?> attempts)
{
    /// <summary>Takes what happened; an end as the core tells it.</summary>
    internal void On(LabEvent happened)
    {
        var operation = happened.Operation;
        switch (happened.Kind)
        {
            case LabEventKind.Started:
                progress.Started(operation);
                view?.Changed(progress.NameOf(operation), "started");
                break;
            case LabEventKind.Serving:
                view?.Changed(progress.NameOf(operation), "serving");
                break;
            case LabEventKind.Retrying:
                progress.Paused(operation);
                view?.Changed(progress.NameOf(operation), RetryText.Of(happened, attempts(operation)));
                break;
            case LabEventKind.RollingBack:
                view?.Changed(progress.NameOf(operation), "failed, and what had succeeded is undone");
                break;
            case LabEventKind.Suspended or LabEventKind.Continued:
                progress.IsSuspended = happened.Kind == LabEventKind.Suspended;
                view?.Changed("The run", progress.IsSuspended ? "suspended" : "goes on");
                break;
            case LabEventKind.Ended:
                var status = Enum.TryParse<OperationStatus>(happened.Status, ignoreCase: true, out var known) ? known : OperationStatus.Failed;
                Ended(operation, status, TimeSpan.FromMilliseconds(happened.DurationMs), happened.Error?.Message);
                break;
            case LabEventKind.Kept or LabEventKind.Current:
                Ended(operation, OperationStatus.Succeeded, null, null);
                break;
            case LabEventKind.Skipped:
                Ended(operation, OperationStatus.Skipped, null, happened.Because?.Message);
                break;
        }
    }

    /// <summary>An operation has ended, or will never start.</summary>
    internal void Ended(int operation, OperationStatus status, TimeSpan? took, string? error)
    {
        progress.Ended(operation, status);
        var name = progress.NameOf(operation);
        if (operation < progress.Total)
        {
            view?.Ended(name, $"{status}", took, error);
        }
        else
        {
            // A compensation is not one of the operations to be done.
            view?.Changed(name, error is null ? $"{status}" : $"{status}: {error}");
        }
    }
}
