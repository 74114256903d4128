using System.Collections.Concurrent;

namespace LabRunner.EngineTests;

/// <summary>What the stand-ins of other products' commands were called with; tests can wait for a call.</summary>
public sealed class CallLog : IDisposable
{
    private readonly ConcurrentQueue<PSObject> _calls = new();
    private readonly SemaphoreSlim _arrived = new(0);

    public CallLog(params string[] failing)
    {
        EngineEnvironment.AddModulePath(Path.Combine(EngineEnvironment.CheckoutRoot, "tests", "data", "modules"));
        AppDomain.CurrentDomain.SetData("SeedStubs.Calls", this);
        AppDomain.CurrentDomain.SetData("SeedStubs.Failing", failing);
    }

    /// <summary>The names of the commands in the order of their calls.</summary>
    public IReadOnlyList<string> Commands => [.. _calls.Select(call => (string)call.Properties["Command"].Value)];

    /// <summary>Called by the stand-ins.</summary>
    public void Enqueue(PSObject call)
    {
        _calls.Enqueue(call);
        _arrived.Release();
    }

    /// <summary>The parameters of the calls of one command.</summary>
    public IReadOnlyList<System.Collections.Hashtable> Of(string command) =>
        [.. _calls.Where(call => (string)call.Properties["Command"].Value == command).Select(call => (System.Collections.Hashtable)call.Properties["Parameters"].Value)];

    /// <summary>Waits until a command has been called.</summary>
    public System.Collections.Hashtable WaitFor(string command)
    {
        while (Of(command).Count == 0)
        {
            Assert.True(_arrived.Wait(EngineSession.DefaultLimit), $"{command} was not called; called were: {string.Join(", ", Commands)}");
        }

        return Of(command)[0];
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.SetData("SeedStubs.Calls", null);
        AppDomain.CurrentDomain.SetData("SeedStubs.Failing", null);
        _arrived.Dispose();
    }
}
