using System.Collections;

namespace LabRunner.EngineTests;

/// <summary>The commands that are plain script, and what they promise to existing callers.</summary>
public sealed class ModuleScriptTests : IDisposable
{
    private static readonly string[] Borrowed = ["LAB_CONSOLE_LEVEL", "PESTER_RUN", "LABRUNNER_HOME"];

    private readonly TemporaryFolder _folder = new();
    private readonly EngineSession _session = EngineSession.WithModule();
    private readonly Dictionary<string, string?> _before = Borrowed.ToDictionary(name => name, Environment.GetEnvironmentVariable);

    public ModuleScriptTests()
    {
        Environment.SetEnvironmentVariable("LAB_CONSOLE_LEVEL", null);
        Environment.SetEnvironmentVariable("PESTER_RUN", null);
        Environment.SetEnvironmentVariable("LABRUNNER_HOME", Path.Combine(_folder.Path, "home"));
        _session.Run("param($Folder) Set-Location -LiteralPath $Folder", new Hashtable { ["Folder"] = _folder.Path }).Clean();
    }

    public void Dispose()
    {
        _session.Dispose();
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        _folder.Dispose();
    }

    private IReadOnlyList<object?> Output(string script) => _session.Run(script).Clean().Output;

    [Fact]
    public void Standard_parameters_have_the_documented_keys_and_defaults()
    {
        var output = Output("$p = Initialize-StandardParameters -ScriptName X -InputParameters @{}; ($p.Keys | Sort-Object) -join ' '; $p.GetType().Name; $p.Verbosity; $p.IsWhatIfMode; $p.IsAutoMode; $p.IsForceMode; $p.Config.Count");
        Assert.Equal(["Config IsAutoMode IsForceMode IsNonInteractive IsWhatIfMode ModulesLoaded ScriptName Verbosity", "Hashtable", "normal", false, false, false, 0], output);
    }

    [Theory]
    [InlineData("0", "silent")]
    [InlineData("1", "normal")]
    [InlineData("2", "detailed")]
    [InlineData("SILENT", "silent")]
    [InlineData("WARN", "normal")]
    [InlineData("debug", "detailed")]
    [InlineData("other", "normal")]
    public void Both_encodings_of_the_console_level_are_read_and_a_value_that_fits_is_kept(string level, string verbosity)
    {
        Environment.SetEnvironmentVariable("LAB_CONSOLE_LEVEL", level);
        Assert.Equal([verbosity, level], Output("(Initialize-StandardParameters -ScriptName X).Verbosity; $env:LAB_CONSOLE_LEVEL"));
    }

    [Theory]
    [InlineData(null, "detailed")]
    [InlineData("1", "silent")]
    [InlineData("WARN", "detailed")]
    [InlineData("DEBUG", "normal")]
    public void The_console_level_of_the_process_is_left_alone(string? before, string verbosity)
    {
        Environment.SetEnvironmentVariable("LAB_CONSOLE_LEVEL", before);
        Assert.Equal([verbosity, before], Output($"(Initialize-StandardParameters -ScriptName X -InputParameters @{{ Verbosity = '{verbosity}' }}).Verbosity; $env:LAB_CONSOLE_LEVEL"));
    }

    [Fact]
    public void A_required_parameter_that_is_missing_or_null_is_named()
    {
        foreach (var given in new[] { "@{}", "@{ ServerName = $null }" })
        {
            var result = _session.Run($"Initialize-StandardParameters -ScriptName Deploy.ps1 -InputParameters {given} -RequiredParameters ServerName");
            Assert.Equal("Required parameter 'ServerName' missing for script: Deploy.ps1.", (result.Terminated ?? Assert.Single(result.Errors)).ToString());
        }
    }

    [Fact]
    public void Bound_parameters_modes_and_configurations_are_taken_over()
    {
        var output = Output("""
            function Deploy { [CmdletBinding(SupportsShouldProcess)] param($ServerName, $Config, [switch] $Auto, [switch] $Force, [switch] $NonInteractive)
                Initialize-StandardParameters -ScriptName Deploy -InputParameters $PSBoundParameters -RequiredParameters ServerName -DefaultConfig @{ From = 'default' } }
            $a = Deploy -ServerName A -WhatIf -NonInteractive:$false; $a.IsWhatIfMode; $a.IsNonInteractive; $a.Config.From
            $b = Deploy -ServerName B -Auto -Force -NonInteractive:$false -Config @{ From = 'caller' }; $b.IsAutoMode; $b.IsForceMode; $b.IsNonInteractive; $b.Config.From
            $env:PESTER_RUN = 'true'; (Deploy -ServerName C).IsNonInteractive
            """);
        Assert.Equal([true, false, "default", true, true, true, "caller", true], output);
    }

    [Fact]
    public void A_platform_is_a_text_and_a_comparison_is_understood()
    {
        var output = Output("$p = Get-Platform; $p -is [string]; $p -in 'Windows', 'Linux', 'MacOS'; (Get-Platform) -eq $p; Get-Platform -eq $p; Get-Platform -eq 'Amiga'; Get-Platform -ne 'Amiga'; if (Get-Platform -eq 'Amiga') { 'wrong' }");
        Assert.Equal([true, true, true, true, false, true], output);
    }

    [Fact]
    public void Support_for_parallel_runs_is_told_as_yes_or_no_and_in_detail()
    {
        var output = Output("Test-ParallelRunnerSupport; $d = Test-ParallelRunnerSupport -Detailed; $d.Supported; $d.RunspaceSupport; $d.PowerShellVersion -eq $PSVersionTable.PSVersion; $d.MaxConcurrency -gt 0; $d.Platform -eq (Get-Platform); $d.ThreadJobAvailable -is [bool]; $d.Details.Count -gt 1");
        Assert.All(output, value => Assert.Equal(true, value));
        Assert.Equal(8, output.Count);
    }

    [Fact]
    public void The_status_of_a_lab_comes_from_its_runs()
    {
        var lab = "Web-" + Guid.NewGuid().ToString("N");
        _folder.Write("web.yaml", $"name: {lab}\noperations: [{{ name: a, script: '1' }}]\n");
        var output = Output($$"""
            $before = Get-LabStatus -LabName {{lab}}; $before.Status; $before.Runs
            $null = Start-AdvancedLabOrchestration -ConfigurationPath ./web.yaml
            $null = Start-AdvancedLabOrchestration -ConfigurationPath ./web.yaml
            $one = Get-LabStatus -LabName {{lab.ToLowerInvariant()}} -IncludeHistory; $one.LabName; $one.Status; $one.Runs; $one.History.Count; $one.LastRun.Counts.Succeeded
            $all = Get-LabStatus; $all.Timestamp -is [datetime]; $all.Platform; $all.ConfigurationLoaded; $all.ParallelSupport; $null -eq $all.ParallelSupportDetails
            $all.Labs.LabName -contains '{{lab}}'
            (Get-LabStatus -Detailed).ParallelSupportDetails.Supported
            (Get-LabPerformance -LabName {{lab}}).Runs
            """);
        Assert.Equal(["NotFound", 0, lab, "Succeeded", 2, 2, 1, true, Output("Get-Platform")[0], false, true, true, true, true, 2], output);
    }

    [Fact]
    public void Without_any_configuration_a_lab_is_not_run_and_nothing_is_thrown()
    {
        var output = Output("$r = Start-LabAutomation -ShowProgress 2>$null; $r.Success; $r.Status; $r.ProgressTrackingEnabled; $l = Start-LabAutomation -LabName Nowhere 2>$null; $l.Status; $l.Message");
        Assert.Equal([false, "NoConfiguration", true, "NoConfiguration"], output.Take(4));
        Assert.Contains(Path.Combine("configs", "labs") + " is called Nowhere (", (string)output[4]!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_object_runs_with_the_callers_variables_and_its_steps_bring_what_they_need()
    {
        var output = Output("""
            $factor = 2
            $configuration = @{ Name = 'Small'; Operations = @(
                @{ Name = 'one'; ScriptBlock = { 21 * $using:factor } }
                @{ Name = 'two'; ScriptBlock = { 'two' }; Dependencies = 'one' }
                @{ Name = 'three'; Script = 'throw "not asked for"' }) }
            $r = Start-LabAutomation -Configuration $configuration -Steps two, unknown -Parallel
            $r.Status; $r.Success; $r.LabName; $r.Results.Name -join ' '; $r.Results[0].Result; $r.ExecutedSteps -join ' '; $r.Message -match 'unknown'
            $d = Start-LabAutomation -Configuration $configuration -DryRun; $d.Status; $d.Results.Count; $d.Validation.Operations.Count
            (Start-LabAutomation -Configuration @{ TestKey = 1 } -Steps a, b).ExecutedSteps -join ' '
            """);
        Assert.Equal(["Success", true, "Small", "one two", 42, "two unknown", true, "DryRun", 0, 3, "a b"], output);
    }

    [Fact]
    public void A_failed_operation_is_a_result_of_the_lab()
    {
        var output = _session.Run("$r = Start-LabAutomation -Configuration @{ Operations = @{ Name = 'bad'; ScriptBlock = { throw 'no disk' } } } -ErrorAction SilentlyContinue; $r.Status; $r.Success; $r.Error").Output;
        Assert.Equal(["Failed", false, "bad: no disk"], output);
    }

    [Fact]
    public void A_lab_is_found_by_its_name_checked_and_run()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "labs"));
        _folder.Write(Path.Combine("labs", "Web Tier.yaml"), "name: Web Tier\noperations: [{ name: a, script: Write-Output 'ran' }]\n");
        var output = Output("""
            $v = Start-LabAutomation -LabName 'Web Tier' -ValidationOnly; $v.Status; $v.Success; $v.Validation.Valid; $v.Results.Count
            $d = Start-LabAutomation -LabName 'Web Tier' -DryRun; $d.Status; $d.Report.ExecutionPlan.Operations.Name
            $r = Start-LabAutomation -LabName 'Web Tier' -Parallel; $r.Status; $r.Results.Result; $r.Report.Summary.Success; $r.ConfigurationPath | Split-Path -Leaf
            """);
        Assert.Equal(["Valid", true, true, 0, "DryRun", "a", "Success", "ran", true, "Web Tier.yaml"], output);
    }

    [Theory]
    [InlineData("-ConfigPath ./none.yaml", "LabRunner.FileUnreadable")]
    [InlineData("-ConfigPath ./bad.yaml", "LabRunner.MalformedYaml")]
    [InlineData("-LabName data", "LabRunner.MissingKey")]
    [InlineData("-ConfigPath ./good.yaml -Steps nope", "LabRunner.UnknownOperation")]
    public void A_lab_that_cannot_be_run_is_one_error(string arguments, string id)
    {
        _folder.Write("bad.yaml", "name: [\n");
        _folder.Write("good.yaml", "name: Good\noperations: [{ name: a, script: '1' }]\n");
        _folder.Write("data.psd1", "@{ Name = 'data' }");
        var result = _session.Run("Start-LabAutomation " + arguments);
        Assert.Equal(id + ",Start-LabAutomation", Assert.Single(result.ErrorIds));
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Sequential_execution_runs_one_at_a_time()
    {
        var output = Output("""
            $r = 1..3 | ForEach-Object { @{ Name = "n$_"; ScriptBlock = { 'ran' } } } | Invoke-SequentialExecution
            $r.Count; $ordered = $r | Sort-Object StartTime; ($ordered[0].EndTime -le $ordered[1].StartTime) -and ($ordered[1].EndTime -le $ordered[2].StartTime)
            """);
        Assert.Equal([3, true], output);
    }
}
