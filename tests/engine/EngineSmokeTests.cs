using System.Management.Automation.Runspaces;

namespace LabRunner.EngineTests;

public sealed class EngineSmokeTests : IDisposable
{
    private readonly EngineSession _session = EngineSession.Bare();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void The_engine_is_a_supported_PowerShell()
    {
        var version = Assert.IsType<SemanticVersion>(_session.Run("$PSVersionTable.PSVersion").Clean().Output.Single());
        Assert.True(version >= new SemanticVersion(7, 4), version.ToString());
    }

    [Fact]
    public void Every_stream_is_recorded_as_itself()
    {
        var result = _session.Run("""
            $VerbosePreference = $DebugPreference = 'Continue'
            Write-Output 1; Write-Error -Message bad -ErrorId 'Test.Bad'; Write-Warning w; Write-Verbose v; Write-Debug d
            Write-Information -MessageData i -Tags t; Write-Host -Object h; Write-Progress -Activity a -PercentComplete 50
            """);
        Assert.Equal([1], result.Output);
        Assert.Equal("Test.Bad", result.ErrorIds.Single());
        Assert.Equal(["w"], result.Warnings);
        Assert.Equal(["v"], result.Verbose);
        Assert.Equal(["d"], result.Debug);
        Assert.Equal(["i", "h"], result.Information.Select(record => record.MessageData.ToString()));
        Assert.Equal(50, result.Progress.Single().PercentComplete);
        Assert.Contains("h\n", result.HostText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminating_error_is_told_apart()
    {
        var result = _session.Run("Write-Output before; throw 'no'");
        Assert.Equal(PSInvocationState.Failed, result.State);
        Assert.Equal("no", result.Terminated?.FullyQualifiedErrorId);
        Assert.Equal(["before"], result.Output);
    }

    [Fact]
    public void A_sleeping_script_stops_at_once()
    {
        var running = _session.Start("Write-Output started; Start-Sleep -Seconds 600");
        running.WaitForOutput(value => value is "started");
        var result = running.Stop();
        Assert.Equal(PSInvocationState.Stopped, result.State);
    }

    [Fact]
    public void A_script_beyond_its_limit_fails_the_test_and_is_stopped()
    {
        var error = Assert.Throws<TimeoutException>(() => _session.Run("Start-Sleep -Seconds 600", limit: TimeSpan.FromMilliseconds(100)));
        Assert.Contains("could be stopped", error.Message, StringComparison.Ordinal);
        Assert.Equal([2], _session.Run("2").Clean().Output);
    }

    [Fact]
    public void Any_runspace_of_the_process_finds_the_cmdlets()
    {
        using var other = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        other.Open();
        using var shell = System.Management.Automation.PowerShell.Create(other);
        Assert.Equal("a", shell.AddScript("Split-Path -Path (Join-Path a b)").Invoke().Single().ToString());

        var parallel = _session.Run("1..3 | ForEach-Object -Parallel { Write-Output $_ } | Sort-Object").Clean();
        Assert.Equal([1, 2, 3], parallel.Output);
    }
}
