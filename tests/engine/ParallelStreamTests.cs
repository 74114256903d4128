namespace LabRunner.EngineTests;

/// <summary>What operations write, stream by stream.</summary>
public sealed class ParallelStreamTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private readonly EngineSession _session = fixture.Session;

    [Fact]
    public void Records_keep_their_stream_and_their_order()
    {
        var result = _session.Run("""
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = {
                Write-Warning w; Write-Error -Message e; Write-Verbose v -Verbose; Write-Debug d -Debug; Write-Information -MessageData i; Write-Host h; 'out'
            } }
            $r.Records | ForEach-Object { "$($_.Stream)=$_" }; $r.Output; $r.HadErrors; $r.Errors.Count; "$($r.Status)"
            """);
        Assert.Equal(["Warning=w", "Error=e", "Verbose=v", "Debug=d", "Information=i", "Information=h", "out", true, 1, "Succeeded"], result.Output);
        Assert.Equal(["w"], result.Warnings);
        Assert.Equal(["h"], result.Information.Where(record => record.Tags.Contains("PSHOST")).Select(record => record.MessageData.ToString()));
        Assert.Equal("e", Assert.Single(result.Errors).ToString());
    }

    [Fact]
    [Trait("NeedsEngineMember", "PSObject.WriteStream")]
    public void An_error_record_that_is_output_stays_output()
    {
        var result = _session.Run("""
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { try { throw 't' } catch { $_ } } }
            $r.Output[0].GetType().Name; $r.HadErrors; "$($r.Status)"
            """).Clean();
        Assert.Equal(["ErrorRecord", false, "Succeeded"], result.Output);
    }

    [Fact]
    [Trait("NeedsEngineMember", "ErrorRecord.PreserveInvocationInfoOnce")]
    public void An_error_points_at_the_line_that_made_it()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("positions.ps1", """
            Invoke-ParallelLabRunner @(
                @{ Name = 'A'; ScriptBlock = {
                    throw 'from line 3' } }
            )
            """);
        var result = _session.RunFile(file);
        var error = Assert.Single(result.Errors);
        Assert.Equal("from line 3", error.Exception.Message);
        Assert.Equal(3, error.InvocationInfo.ScriptLineNumber);
        Assert.Equal(file, error.InvocationInfo.ScriptName);
        Assert.Equal("from line 3", error.FullyQualifiedErrorId);
    }

    [Fact]
    public void Lines_of_several_operations_carry_their_name()
    {
        var result = _session.Run("""
            $null = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { Write-Host a; Write-Warning wa } }, @{ Name = 'B'; ScriptBlock = { Write-Host b -NoNewline; Write-Host c } }
            """).Clean();
        Assert.Equal(["[A] wa"], result.Warnings);
        Assert.Equal(["[A] a", "[B] b", "c"], result.Information.Select(record => record.MessageData.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Lines_of_operations_that_write_in_pieces_stay_whole()
    {
        // The gates make the pieces come in turn: A, B, A, B.
        var result = _session.Run("""
            $gates = 1..3 | ForEach-Object { [Threading.ManualResetEventSlim]::new() }
            $null = Invoke-ParallelLabRunner -MaxConcurrency 2 -Variables gates @(
                @{ Name = 'A'; ScriptBlock = { Write-Host a1 -NoNewline; $gates[0].Set(); $null = $gates[1].Wait(30000); Write-Host a2; $gates[2].Set() } }
                @{ Name = 'B'; ScriptBlock = { $null = $gates[0].Wait(30000); Write-Host b1 -NoNewline; $gates[1].Set(); $null = $gates[2].Wait(30000); Write-Host b2 -NoNewline } }
            )
            """).Clean();
        var lines = string.Concat(result.Information.Select(record => (HostInformationMessage)record.MessageData).Select(piece => piece.Message + (piece.NoNewLine == true ? "" : ";")));
        Assert.Equal("[A] a1a2;[B] b1b2;", lines);
    }

    [Fact]
    public void Output_is_not_shown_twice_and_may_be_dropped()
    {
        var result = _session.Run("(Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 1..5 } } -NoOutput).Output.Count").Clean();
        Assert.Equal([0], result.Output);
    }

    [Fact]
    public void Of_many_records_the_first_and_the_last_are_kept()
    {
        var result = _session.Run("""
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { foreach ($i in 1..100) { Write-Information -MessageData $i } } } -KeepRecords 4
            $r.Records | ForEach-Object { "$_" }; $r.Truncated
            """).Clean();
        Assert.Equal(["1", "2", "99", "100", true], result.Output);
    }

    [Fact]
    public void A_prompt_fails_at_once()
    {
        var result = _session.Run("""
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { $Host.UI.ReadLine() } } -ErrorAction SilentlyContinue
            "$($r.Status)"; $r.Error
            """);
        Assert.Equal("Failed", result.Output[0]);
        Assert.Contains("Operation 'A' tried to prompt for a line of input. Operations run non-interactively.", (string?)result.Output[1], StringComparison.Ordinal);
    }
}
