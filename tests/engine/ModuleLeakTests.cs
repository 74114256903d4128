using System.Collections;
using System.Diagnostics;

namespace LabRunner.EngineTests;

/// <summary>Imports, imports again and removals, many and side by side, leave nothing behind.</summary>
public sealed class ModuleLeakTests
{
    private const int Rounds = 200;
    private const int Sessions = 4;

    private static Hashtable Given => new() { ["Path"] = EngineEnvironment.ModuleManifest };

    private sealed record Footprint(int Threads, int Handles, int Workers)
    {
        internal static Footprint Now()
        {
            using var self = Process.GetCurrentProcess();
            var handles = Directory.Exists("/proc/self/fd") ? Directory.GetFileSystemEntries("/proc/self/fd").Length : self.HandleCount;
            return new Footprint(self.Threads.Count, handles, Runspaces());
        }

        private static int Runspaces()
        {
            using var session = EngineSession.Bare();
            return session.Run("@((Get-Runspace).Name -like 'LabRunner worker*').Count").Clean().Output.OfType<int>().Single();
        }
    }

    [Fact]
    public void Two_hundred_imports_and_removals_side_by_side_leave_no_thread_handle_or_subscriber()
    {
        // What is made once a process - the native library, its threads, compiled code - is no leak.
        Run(Sessions * 5);
        var before = Footprint.Now();
        Run(Rounds);

        // Threads end by themselves a while after they were asked to.
        Footprint after = before;
        var settled = SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                after = Footprint.Now();
                return after.Threads <= before.Threads + 6 && after.Handles <= before.Handles + 12 && after.Workers <= before.Workers;
            },
            TimeSpan.FromSeconds(60));
        Assert.True(settled, $"before {before}, after {Rounds} rounds {after}");
    }

    [Fact]
    public void Importing_again_and_again_adds_no_subscriber_to_the_session()
    {
        using var session = EngineSession.WithModule();
        var counts = session.Run(
            """
            param($Path)
            $count = { $ExecutionContext.Events.Subscribers.Count; (Get-Command -Module LabRunner).Count; @(Get-Module -Name LabRunner*).Count; @(Get-Command -Name *-Lab*).Count }
            $before = & $count
            foreach ($i in 1..50) { Import-Module -Name $Path -Force }
            foreach ($i in 1..50) { Remove-Module -Name LabRunner; Import-Module -Name $Path }
            $after = & $count
            "$before" -eq "$after"
            "$before / $after"
            """,
            Given,
            TimeSpan.FromMinutes(3)).Clean().Output;
        Assert.True((bool)counts[0]!, (string)counts[1]!);
    }

    private static void Run(int rounds)
    {
        var running = Enumerable.Range(0, Sessions).Select(_ => EngineSession.Bare()).ToArray();
        try
        {
            var scripts = running.Select(session => session.Start(
                """
                param($Path, $Rounds)
                foreach ($round in 1..$Rounds) {
                    Import-Module -Name $Path -ErrorAction Stop
                    if ($round % 5 -eq 0) { if ((Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 'ran' } }).Result -ne 'ran') { throw 'it did not run' } }
                    Import-Module -Name $Path -Force -ErrorAction Stop
                    Remove-Module -Name LabRunner
                }
                'done'
                """,
                new Hashtable { ["Path"] = EngineEnvironment.ModuleManifest, ["Rounds"] = rounds / Sessions })).ToArray();
            Assert.All(scripts, script => Assert.Equal(["done"], script.Wait(TimeSpan.FromMinutes(4)).Clean().Output));
        }
        finally
        {
            Array.ForEach(running, session => session.Dispose());
        }
    }
}
