using System.Reflection;
using System.Management.Automation.Runspaces;

namespace LabRunner.EngineTests;

/// <summary>What the end of a session relies on in the engine, though the engine does not publish it.</summary>
public sealed class SessionEndTests
{
    private const BindingFlags Members = BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    [Fact]
    public void The_engine_names_the_session_of_the_process_and_what_runs_in_a_runspace()
    {
        Assert.Equal(typeof(Runspace), typeof(Runspace).GetProperty("PrimaryRunspace", Members)?.PropertyType);
        Assert.Equal(typeof(Pipeline), typeof(Runspace).GetMethod("GetCurrentlyRunningPipeline", Members, [])?.ReturnType);
        Assert.NotNull(typeof(Pipeline).GetMethod("Stop", Members, []));
    }
}
