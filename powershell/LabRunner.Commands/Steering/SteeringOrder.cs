using System.Management.Automation;
using LabRunner.Interop;

namespace LabRunner.Steering;

/// <summary>An order to a run under way, which goes through files in the run's folder.</summary>
internal static class SteeringOrder
{
    // How long the core waits before it is asked whether the caller has stopped the command.
    private const int Patience = 200;

    /// <summary>Sends an order to the run in a folder, and waits for its answer.</summary>
    /// <returns>What came of it, as a sentence.</returns>
    /// <exception cref="LabCoreException">The run has refused it, or does not answer.</exception>
    internal static string Send(string place, string order, string? operation, bool kill, Func<bool> isStopped)
    {
        var sent = LabCore.SendOrder(new OrderRequest(place, Environment.UserName, order, operation, kill));
        while (true)
        {
            var answer = LabCore.OrderAnswer(sent, Patience);
            if (answer.Done is { } done)
            {
                return done;
            }

            sent = answer.Sent;
            if (isStopped())
            {
                throw new PipelineStoppedException();
            }
        }
    }
}
