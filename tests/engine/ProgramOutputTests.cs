using System.Collections;
using System.Reflection;

namespace LabRunner.EngineTests;

/// <summary>What a program puts out is not kept on its way to a reader who does not want it.</summary>
public sealed class ProgramOutputTests
{
    private const BindingFlags Members = BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public void Lines_of_a_program_do_not_wait_for_a_reader_who_drops_them()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = new TemporaryFolder();
        var start = Path.Combine(folder.Path, "start");
        using var session = EngineSession.WithModule();
        using var blocked = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var parameters = new Hashtable { ["Blocked"] = blocked, ["GoOn"] = goOn, ["Start"] = start };
        var running = session.Start(
            """
            param($Blocked, $GoOn, $Start)
            Invoke-ParallelLabRunner -NoOutput -MaxParallelism 1 -Operations @(
                @{ Name = 'first'; ScriptBlock = { } }
                @{ Name = 'writes'; Dependencies = 'first'; Command = 'sh'; Arguments = '-c', "until [ -e '$Start' ]; do sleep 0.01; done; exec seq 1 300000" }
            ) | ForEach-Object { if ($_.Name -eq 'first') { $Blocked.Set(); $null = $GoOn.Wait(120000) }; "$($_.Name) $($_.Status) $(@($_.Output).Count)" }
            """,
            parameters);
        try
        {
            Assert.True(blocked.Wait(Limit));
            var run = LiveRun();
            File.WriteAllText(start, "");
            Assert.True(SpinWait.SpinUntil(() => (bool)Value(run, "IsOver"), Limit), "the run ends although its output is not read");
            var waiting = (ICollection)Value(Value(run, "Queue"), "_items");
            Assert.InRange(waiting.Count, 1, 20);
        }
        finally
        {
            goOn.Set();
        }

        Assert.Equal(["first Succeeded 0", "writes Succeeded 0"], running.Wait(Limit).Output.Select(line => $"{line}"));
    }

    [Fact]
    public void Lines_of_the_error_stream_wait_in_the_program_for_a_reader_who_is_slow()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const int Lines = 100_000;
        using var session = EngineSession.WithModule();
        using var blocked = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        using var folder = new TemporaryFolder();
        var start = Path.Combine(folder.Path, "start");
        var running = session.Start(
            $$"""
            param($Blocked, $GoOn, $Start)
            Invoke-ParallelLabRunner -NoOutput -MaxParallelism 1 -Operations @(
                @{ Name = 'first'; ScriptBlock = { } }
                @{ Name = 'writes'; Dependencies = 'first'; Command = 'sh'; Arguments = '-c', "until [ -e '$Start' ]; do sleep 0.01; done; exec seq 1 {{Lines}} >&2" }
            ) | ForEach-Object { if ($_.Name -eq 'first') { $Blocked.Set(); $null = $GoOn.Wait(120000) } else { "$($_.Status) $($_.Records.Count) $($_.Records[-1].Data)" } }
            """,
            new Hashtable { ["Blocked"] = blocked, ["GoOn"] = goOn, ["Start"] = start });
        var most = 0;
        try
        {
            Assert.True(blocked.Wait(Limit));
            var run = LiveRun();
            var queue = Value(run, "Queue");
            var waiting = (ICollection)Value(queue, "_items");
            bool Look(bool ends)
            {
                most = Math.Max(most, waiting.Count);
                return ends;
            }

            File.WriteAllText(start, "");
            Assert.True(SpinWait.SpinUntil(() => Look((bool)Value(queue, "_holds") || (bool)Value(run, "IsOver")), Limit), "the queue gets full");
            goOn.Set();
            Assert.True(SpinWait.SpinUntil(() => Look((bool)Value(run, "IsOver")), Limit), "the run ends once it is read");
        }
        finally
        {
            goOn.Set();
        }

        // What the queue has room for, what was taken from the core at once, and what the core let through meanwhile.
        Assert.InRange(most, 4096, 4096 + (2 * (4 << 20) / 256));
        Assert.Equal([$"Succeeded 10000 {Lines}"], running.Wait(Limit).Output.Select(line => $"{line}"));
    }

    // The one run of this session: others of the process have ended, for the tests run one after the other.
    private static object LiveRun()
    {
        var control = AppDomain.CurrentDomain.GetAssemblies().Single(assembly => assembly.GetName().Name == "LabRunner.Commands")
            .GetType("LabRunner.Runs.ControlThread", throwOnError: true)!;
        var runs = (IDictionary)control.GetField("Runs", Members)!.GetValue(null)!;
        return runs.Values.Cast<object>().Last();
    }

    private static object Value(object of, string name) =>
        of.GetType().GetProperty(name, Members)?.GetValue(of) ?? of.GetType().GetField(name, Members)!.GetValue(of)!;
}
