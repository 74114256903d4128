using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LabRunner.Isolation;

/// <summary>What goes on in a worker's session beside its pipeline: event subscriptions and jobs.</summary>
internal sealed class ActivityBaseline
{
    private readonly PSEventManager? _events;
    private readonly JobRepository? _jobs;
    private readonly HashSet<int> _subscriptions = [];

    internal ActivityBaseline(PSCmdlet command)
    {
        _events = Runspace.DefaultRunspace?.Events;
        _jobs = command.JobRepository;
        foreach (var subscriber in _events?.Subscribers ?? [])
        {
            _subscriptions.Add(subscriber.SubscriptionId);
        }
    }

    /// <summary>Ends what an operation has left behind. A job that is among its output is its reader's, and goes on.</summary>
    internal void Restore(IReadOnlyCollection<object?> output)
    {
        if (_events is not null)
        {
            var subscribers = _events.Subscribers;
            if (subscribers.Count > _subscriptions.Count)
            {
                foreach (var subscriber in subscribers.Where(subscriber => !_subscriptions.Contains(subscriber.SubscriptionId)))
                {
                    _events.UnsubscribeEvent(subscriber);
                }
            }

            Forget(_events.ReceivedEvents);
        }

        if (_jobs?.Jobs is { Count: > 0 } jobs)
        {
            foreach (var job in jobs)
            {
                _jobs.Remove(job);
                if (!output.Any(item => ReferenceEquals(item is PSObject wrapped ? wrapped.BaseObject : item, job)))
                {
                    // Stopping may wait for what the job does; the next operation need not.
                    ThreadPool.QueueUserWorkItem(static abandoned => End((Job)abandoned!), job);
                }
            }
        }
    }

    private static void Forget(PSEventArgsCollection received)
    {
        lock (received.SyncRoot)
        {
            while (received.Count > 0)
            {
                received.RemoveAt(0);
            }
        }
    }

    private static void End(Job job)
    {
        try
        {
            job.StopJob();
            job.Dispose();
        }
        catch (Exception)
        {
            // It belongs to no operation any more, so its failure is ignored.
        }
    }
}
