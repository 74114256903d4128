namespace LabRunner.EngineTests;

/// <summary>How far a run is, as a host is shown it. The host of these tests has a place of its own for bars.</summary>
public sealed class ProgressTests : IDisposable
{
    private static readonly string[] Variables = ["CI", "TF_BUILD", "TEAMCITY_VERSION", "JENKINS_URL", "NO_COLOR"];

    private readonly Dictionary<string, string?> _before = Variables.ToDictionary(name => name, Environment.GetEnvironmentVariable);
    private readonly EngineSession _session = EngineSession.WithModule();

    public ProgressTests()
    {
        foreach (var name in Variables)
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    [Fact]
    public void There_are_eight_bars_at_most_and_each_is_closed()
    {
        var records = Bars(
            """
            $ops = 1..12 | ForEach-Object { @{ Name = "o$_"; ScriptBlock = { $null = ($using:Gate).Wait(60000) } } }
            $null = Invoke-ParallelLabRunner $ops -MaxConcurrency 12 -ShowProgress -RunName 'my lab'
            """,
            shown => shown.Any(record => record.StatusDescription.Contains("12 running", StringComparison.Ordinal)) && shown.Select(record => record.ActivityId).Distinct().Count() == 8);
        var parent = Assert.Single(records.Where(record => record.ParentActivityId < 0).Select(record => record.ActivityId).Distinct());
        var ids = records.Select(record => record.ActivityId).Distinct().ToArray();
        Assert.Equal(8, ids.Length);
        Assert.All(records.Where(record => record.ActivityId != parent), record => Assert.Equal(parent, record.ParentActivityId));
        Assert.All(ids, id => Assert.Equal(ProgressRecordType.Completed, records.Last(record => record.ActivityId == id).RecordType));
        Assert.Equal("my lab", records[0].Activity);
        Assert.Contains(records, record => record.ActivityId == parent && record.StatusDescription.Contains("of 12 done", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bar_that_stays_as_it_is_is_not_written_again()
    {
        var records = Bars(
            "$null = Invoke-ParallelLabRunner -ShowProgress -MaxConcurrency 2 (1..2 | ForEach-Object { @{ Name = \"o$_\"; ScriptBlock = { $null = ($using:Gate).Wait(60000) } } })",
            shown => shown.Count(record => record.StatusDescription.Contains("2 running", StringComparison.Ordinal)) >= 4);
        var bars = records.Where(record => record.ParentActivityId >= 0 && record.RecordType == ProgressRecordType.Processing).ToArray();
        Assert.Equal(["o1", "o2"], bars.Select(record => record.Activity).Order());
    }

    [Fact]
    public void What_waits_for_what_is_one_line_in_detailed_progress()
    {
        var records = Bars(
            """
            $ops = @(@{ Name = 'a'; ScriptBlock = { $null = ($using:Gate).Wait(60000) } }) + @('b', 'c', 'd', 'e' | ForEach-Object { @{ Name = $_; Dependencies = 'a'; ScriptBlock = { 1 } } })
            $null = Invoke-ParallelLabRunner $ops -ShowProgress -ProgressStyle Detailed
            """,
            // Before that, a itself may wait for its worker.
            shown => shown.Any(record => record.Activity == "Waiting" && record.StatusDescription.StartsWith("b:", StringComparison.Ordinal)));
        var waiting = records.Where(record => record.Activity == "Waiting").ToArray();
        Assert.Contains("b: it waits for 'a'; c: it waits for 'a'; d: it waits for 'a'; 1 more", waiting.Select(record => record.StatusDescription));
        Assert.Equal(ProgressRecordType.Completed, waiting[^1].RecordType);
    }

    [Fact]
    public void What_operations_report_is_folded_under_their_bar()
    {
        var records = Bars(
            """
            $null = Invoke-ParallelLabRunner -ShowProgress -ProgressStyle Detailed @{ Name = 'copy'; ScriptBlock = {
                foreach ($i in 1..40) {
                    Write-Progress -Id 7 -Activity "All`e[31m files" -Status "number $i" -PercentComplete 50
                    Write-Progress -Id 8 -ParentId 7 -Activity 'One file' -Status 'half'
                }
                $null = ($using:Gate).Wait(60000)
                Write-Progress -Id 7 -Activity 'All files' -Completed
            } }
            """,
            shown => shown.Any(record => record.CurrentOperation == "One file: half" && record.StatusDescription.EndsWith("number 40", StringComparison.Ordinal)));
        Assert.DoesNotContain(records, record => record.ActivityId is 7 or 8);
        var bar = records.Last(record => record.Activity == "copy" && record.PercentComplete == 50);
        Assert.Matches(@"^\d\d:\d\d:\d\d All files: number \d+$", bar.StatusDescription);
        Assert.Contains(records, record => record.CurrentOperation == "One file: half");
        Assert.All(records, record => Assert.DoesNotContain('\x1b', record.StatusDescription));
    }

    [Fact]
    public void A_storm_of_progress_is_drawn_ten_times_a_second()
    {
        using var gate = new ManualResetEventSlim();
        var running = _session.Start(
            """
            param($Gate)
            $null = Invoke-ParallelLabRunner -ShowProgress (1..2 | ForEach-Object { @{ Name = "o$_"; ScriptBlock = {
                while (!($using:Gate).IsSet) { Write-Progress -Activity a -Status s; Write-Information i }
            } } }) -MaxConcurrency 2
            """,
            new System.Collections.Hashtable { ["Gate"] = gate });
        static int Drawn(IEnumerable<ProgressRecord> records) => records.Count(record => record.ParentActivityId < 0 && record.RecordType == ProgressRecordType.Processing);
        running.WaitForProgress(shown => Drawn(shown) >= 5);
        gate.Set();
        var result = running.Wait(EngineSession.DefaultLimit).Clean();
        // However slow the machine is: between two drawings there is a tenth of a second.
        Assert.True(Drawn(result.Progress) <= (result.Took.TotalSeconds * 10) + 1, $"{Drawn(result.Progress)} in {result.Took}");
    }

    [Theory]
    [InlineData("Bar", @"^\d of 2 done, \d running$", 0, true)]
    [InlineData("Detailed", @"^\d of 2 done, \d running$", 0, true)]
    [InlineData("Percentage", @"^\d+ %$", 0, false)]
    [InlineData("Spinner", @"^[|/\\-] \d of 2 done, \d running$", -1, false)]
    public void The_styles_differ(string style, string status, int percent, bool children)
    {
        var records = Bars(
            $$"""
            $null = Invoke-ParallelLabRunner -ShowProgress -ProgressStyle {{style}} @{ Name = 'a'; ScriptBlock = { $null = ($using:Gate).Wait(60000) } }, @{ Name = 'b'; ScriptBlock = { }; Dependencies = 'a' }
            """,
            // Drawn twice while 'a' runs: once with its bar, if it has one, to the end.
            shown => shown.Count(record => record.ParentActivityId < 0) >= 3);
        Assert.Matches(status, records[0].StatusDescription);
        Assert.Equal(percent, records[0].PercentComplete);
        var bars = records.Where(record => record.ParentActivityId >= 0 && record.RecordType == ProgressRecordType.Processing && record.Activity != "Waiting").ToArray();
        Assert.Equal(children, bars.Length > 0);
        Assert.All(bars, bar => Assert.Equal(style == "Detailed", bar.StatusDescription.StartsWith("00:0", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_time_left_is_that_of_the_plan_where_it_is_known()
    {
        var known = Bars(
            """
            $null = Invoke-ParallelLabRunner -ShowProgress -MaxConcurrency 2 @{ Name = 'a'; Estimate = '90m'; ScriptBlock = { $null = ($using:Gate).Wait(60000) } }, @{ Name = 'b'; Estimate = '30m'; ScriptBlock = { }; Dependencies = 'a' }
            """,
            shown => shown.Count > 0);
        Assert.InRange(known[0].SecondsRemaining, 110 * 60, 120 * 60);
        var unknown = Bars(
            "$null = Invoke-ParallelLabRunner -ShowProgress @{ Name = 'a'; ScriptBlock = { } }, @{ Name = 'b'; ScriptBlock = { $null = ($using:Gate).Wait(60000) }; Dependencies = 'a' } -MaxConcurrency 1",
            shown => shown.Any(record => record.SecondsRemaining >= 1));
        Assert.Equal(-1, unknown[0].SecondsRemaining);
    }

    [Theory]
    [InlineData("$ProgressPreference = 'SilentlyContinue'", "")]
    [InlineData("", "-ProgressAction SilentlyContinue")]
    [InlineData("", "-ShowProgress:$false")]
    public void Who_wants_no_progress_gets_none(string before, string parameter)
    {
        var result = _session.Run($$"""
            & { {{before}}
                $null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { Start-Sleep -Milliseconds 200; Write-Progress -Activity x -Status y } } {{(parameter.StartsWith("-Show", StringComparison.Ordinal) ? "" : "-ShowProgress")}} {{parameter}} }
            """).Clean();
        Assert.Empty(result.Progress);
        Assert.Empty(result.Information);
    }

    [Theory]
    [InlineData("CI", "true")]
    [InlineData("TF_BUILD", "True")]
    [InlineData("NO_COLOR", "1")]
    public void In_a_log_and_without_colours_there_is_a_line_a_change(string variable, string value)
    {
        Environment.SetEnvironmentVariable(variable, value);
        Lines();
    }

    [Fact]
    public void Plain_text_rendering_gets_lines()
    {
        _session.Run("$PSStyle.OutputRendering = 'PlainText'").Clean();
        try
        {
            Lines();
        }
        finally
        {
            _session.Run("$PSStyle.OutputRendering = 'Host'").Clean();
        }
    }

    [Fact]
    public void What_asks_for_nothing_interactive_gets_lines() => Lines("-NonInteractive");

    [Fact]
    public void A_variable_that_says_no_is_no_build_system()
    {
        Environment.SetEnvironmentVariable("CI", "false");
        Assert.NotEmpty(Bars("$null = Invoke-ParallelLabRunner -ShowProgress @{ Name = 'a'; ScriptBlock = { } }"));
    }

    [Theory]
    [InlineData("try { Invoke-ParallelLabRunner -ShowProgress -ThrowOnFailure $ops -ErrorAction SilentlyContinue } catch { }")]
    [InlineData("Invoke-ParallelLabRunner -ShowProgress $ops -ErrorAction SilentlyContinue | Select-Object -First 1 | Out-Null")]
    public void Bars_are_closed_however_the_run_ends(string call)
    {
        var records = Bars(
            $$"""
            $ops = @{ Name = 'a'; ScriptBlock = { $null = ($using:Gate).Wait(60000) } }, @{ Name = 'b'; ScriptBlock = { throw 'x' }; Dependencies = 'a' }, @{ Name = 'c'; ScriptBlock = { $null = ($using:Gate).Wait(60000) } }
            {{call}}
            """,
            shown => shown.Any(record => record.ParentActivityId >= 0));
        Assert.All(records.Select(record => record.ActivityId).Distinct(), id => Assert.Equal(ProgressRecordType.Completed, records.Last(record => record.ActivityId == id).RecordType));
    }

    [Fact]
    public void A_log_says_how_long_a_failed_operation_waits()
    {
        Environment.SetEnvironmentVariable("CI", "true");
        var result = _session.Run("""
            $null = Invoke-ParallelLabRunner @{ Name = 'A'; RetryCount = 1; RetryDelay = '20ms'; ScriptBlock = { throw 'no answer' } } -ShowProgress -ErrorAction SilentlyContinue
            """);
        Assert.Contains("[0/1] A: failed: no answer; waits 20 ms, then attempt 2 of 2", result.Information.Select(record => record.MessageData.ToString()));
    }

    [Fact]
    public void A_run_without_a_name_has_a_bar_all_the_same() =>
        Assert.Equal("LabRunner", Bars("$null = Invoke-ParallelLabRunner -ShowProgress -RunName '' @{ Name = 'a'; ScriptBlock = { } }")[0].Activity);

    private IReadOnlyList<ProgressRecord> Bars(string script)
    {
        var records = _session.Run(script).Clean().Progress;
        Assert.NotEmpty(records);
        return records;
    }

    /// <summary>All progress of a script, whose operations wait for <c>$Gate</c> until enough was shown.</summary>
    private IReadOnlyList<ProgressRecord> Bars(string script, Func<IReadOnlyList<ProgressRecord>, bool> isEnough)
    {
        using var gate = new ManualResetEventSlim();
        var running = _session.Start("param($Gate)\n" + script, new System.Collections.Hashtable { ["Gate"] = gate });
        running.WaitForProgress(isEnough);
        gate.Set();
        return running.Wait(EngineSession.DefaultLimit).Clean().Progress;
    }

    private void Lines(string parameter = "")
    {
        var result = _session.Run($"$null = Invoke-ParallelLabRunner {parameter} " + "-ShowProgress @{ Name = 'a'; ScriptBlock = { Write-Progress -Activity x -Status y } }, @{ Name = 'b'; ScriptBlock = { throw 'no disk' } ; Dependencies = 'a' } -ErrorAction SilentlyContinue");
        Assert.Empty(result.Progress);
        // A build server is told of the failure besides.
        var lines = result.Information.Select(record => record.MessageData.ToString() ?? "").Where(line => !line.StartsWith("##vso", StringComparison.Ordinal)).ToArray();
        Assert.Equal(4, lines.Length);
        Assert.Equal(["[0/2] a: started", "[1/2] b: started"], [lines[0], lines[2]]);
        Assert.Matches(@"^\[1/2\] a: Succeeded after \d+\.\d s$", lines[1]);
        Assert.Matches(@"^\[2/2\] b: Failed after \d+\.\d s: no disk$", lines[3]);
    }
}
