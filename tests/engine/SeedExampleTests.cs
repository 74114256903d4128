using System.Collections;

namespace LabRunner.EngineTests;

/// <summary>
/// The documented examples, run as they are written. The commands of other products that they call are
/// stand-ins which write down their arguments.
/// </summary>
public sealed class SeedExampleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("labrunner-seed-").FullName;
    private readonly EngineSession _session = EngineSession.WithModule();
    private readonly string? _home = Environment.GetEnvironmentVariable("LABRUNNER_HOME");

    public SeedExampleTests()
    {
        Environment.SetEnvironmentVariable("LABRUNNER_HOME", Path.Combine(_folder, "home"));
        _session.Run("param($Folder) Set-Location -LiteralPath $Folder", new Hashtable { ["Folder"] = _folder }).Clean();
    }

    public void Dispose()
    {
        _session.Dispose();
        Environment.SetEnvironmentVariable("LABRUNNER_HOME", _home);
        Directory.Delete(_folder, recursive: true);
    }

    private static string Example(string name) =>
        Path.Combine(EngineEnvironment.CheckoutRoot, "tests", "data", "seed", name + ".ps1");

    private ScriptResult Dot(string name, string then) =>
        _session.Run($"param($File) . $File; {then}", new Hashtable { ["File"] = Example(name) });

    private void Write(string path, string text)
    {
        string file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private static object? Value(PSObject result, string property) => result.Properties[property]?.Value;

    [Fact]
    public void Two_operations_run_in_the_order_of_their_dependency()
    {
        var results = Dot("two-operations", "$results").Clean().Objects;
        Assert.Equal(["Deploy-Database", "Deploy-WebServer"], results.Select(result => Value(result, "Name")));
        Assert.All(results, result => Assert.Equal(true, Value(result, "Success")));
        Assert.Equal("Deploying database AppDB on SQL-01", _session.Run("$results[0].Output").Clean().Objects.Single().BaseObject);
        Assert.Equal("Deploying website MyApp on WEB-01", _session.Run("$results[1].Output").Clean().Objects.Single().BaseObject);
        Assert.True((DateTime)Value(results[1], "StartTime")! >= (DateTime)Value(results[0], "EndTime")!);
        Assert.Contains("✓ Deploy-Database completed successfully", _session.Host.Text);
        Assert.Contains("✓ Deploy-WebServer completed successfully", _session.Host.Text);
    }

    [Fact]
    public void The_deployment_passes_each_node_on_in_order()
    {
        using var log = new CallLog();
        var results = Dot("deployment", "$results; $validationResults").Clean().Objects;
        Assert.Equal(7, results.Count);
        Assert.All(results, result => Assert.Equal(true, Value(result, "Success")));
        Assert.Equal(
            ["New-LabInfrastructure", "New-DomainController", "New-DatabaseServer", "New-WebServer", "New-WebServer"],
            log.Commands.Take(5));
        var controller = log.Of("New-DomainController").Single();
        Assert.Equal("DC-01", controller["Name"]);
        Assert.Equal("DomainController", controller["Role"]);
        Assert.Equal(2, controller["CPU"]);
        Assert.Equal(4L << 30, Assert.IsType<long>(controller["Memory"]));
        Assert.Equal(60L << 30, Assert.IsType<long>(controller["Disk"]));
        Assert.Equal("SQL-01", log.Of("New-DatabaseServer").Single()["Name"]);
        Assert.Equal(["WEB-01", "WEB-02"], log.Of("New-WebServer").Select(call => call["Name"]));
        var config = Assert.IsType<Hashtable>(log.Of("New-LabInfrastructure").Single()["Config"]);
        Assert.Equal("Enterprise-Lab", config["Name"]);
        Assert.Equal(["WEB-01", "WEB-02"], Assert.IsType<string[]>(log.Of("Test-WebService").Single()["Servers"]));
    }

    [Fact]
    public void A_deployment_that_fails_half_way_keeps_every_result()
    {
        using var log = new CallLog("New-DatabaseServer");
        var run = Dot("deployment", "$results");
        var byName = run.Objects.ToDictionary(result => (string)Value(result, "Name")!);
        Assert.Equal("Succeeded", Value(byName["Deploy-DomainController"], "Status")!.ToString());
        Assert.Equal("Failed", Value(byName["Deploy-Database"], "Status")!.ToString());
        Assert.Contains("New-DatabaseServer was told to fail", (string)Value(byName["Deploy-Database"], "Error")!);
        Assert.Equal("Skipped", Value(byName["Deploy-WebServers"], "Status")!.ToString());
        Assert.Empty(log.Of("New-WebServer"));
    }

    [Fact]
    public void The_pipeline_validates_deploys_and_tests()
    {
        using var log = new CallLog();
        Write("configs/Test.json", """{ "name": "test", "operations": [ { "name": "a", "script": "'a'" } ] }""");
        Write("labs/CI-Lab-42.yaml", "name: CI-Lab-42\noperations:\n  - name: say\n    script: |\n      'deployed'\n");
        var report = Dot("ci-pipeline", "Start-CIPipeline -BuildNumber 42 -NonInteractive").Clean().Objects.Single();
        var table = Assert.IsType<Hashtable>(report.BaseObject);
        Assert.Equal(true, table["Success"]);
        Assert.Contains("Running in non-interactive mode for CI/CD", _session.Host.Text);
        Assert.Equal("CI-Lab-42", log.Of("Invoke-IntegrationTests").Single()["LabName"]);
    }

    [Fact]
    public void A_pipeline_with_a_bad_configuration_deploys_nothing()
    {
        using var log = new CallLog();
        Write("configs/Test.json", """{ "name": "test", "operations": [ { "name": "a", "dependencies": ["b"], "script": "'a'" } ] }""");
        var run = Dot("ci-pipeline", "Start-CIPipeline -BuildNumber 42");
        var report = run.Objects.Single(value => value.BaseObject is Hashtable);
        Assert.Equal(false, ((Hashtable)report.BaseObject)["Success"]);
        Assert.Empty(log.Of("Invoke-IntegrationTests"));
    }

    [Fact]
    public void The_recovery_restores_systems_before_applications()
    {
        using var log = new CallLog();
        Write(
            "recovery-plans/site.json",
            """
            {
              "CriticalSystems": [ { "Name": "DC-01", "Backup": "dc.vhdx" }, { "Name": "SQL-01", "Backup": "sql.vhdx" } ],
              "Applications": [ { "Name": "shop", "Backup": "shop.zip" } ]
            }
            """);
        var report = Dot("disaster-recovery", "Start-DisasterRecovery -RecoveryPlan site -RecoveryTarget dr-site").Clean().Objects.Single();
        var table = Assert.IsType<Hashtable>(report.BaseObject);
        Assert.Equal(true, table["Success"]);
        Assert.True((TimeSpan)table["RecoveryTime"]! > TimeSpan.Zero);
        Assert.Equal(
            ["Test-RecoveryInfrastructure", "Restore-System", "Restore-System", "Restore-Application", "Test-RecoveryCompletion"],
            log.Commands);
        Assert.Equal("dr-site", log.Of("Test-RecoveryInfrastructure").Single()["Target"]);
        Assert.Equal(["DC-01", "SQL-01"], log.Of("Restore-System").Select(call => call["Name"]?.ToString()));
        Assert.Equal("shop.zip", log.Of("Restore-Application").Single()["Backup"]?.ToString());
    }

    [Fact]
    public void Monitoring_goes_on_in_the_background_until_its_job_is_stopped()
    {
        using var log = new CallLog();
        Write("labs/watched.yaml", "name: watched\noperations:\n  - name: say\n    script: |\n      'deployed'\n");
        var started = Dot("monitoring", "$lab = Start-LabWithMonitoring -LabName watched; $lab.Monitoring").Clean().Objects.Single();
        Assert.IsAssignableFrom<Job>(started.BaseObject);
        var health = log.WaitFor("Test-ServiceHealth");
        Assert.Equal("watched", ((PSObject)health["Services"]!).Properties["LabName"]?.Value);
        Assert.NotNull(log.WaitFor("Test-PerformanceThresholds")["Metrics"]);
        Assert.Equal("Running", _session.Run("$lab.Monitoring.State.ToString()").Clean().Objects.Single().BaseObject);
        // The monitors sleep for a minute between two looks; a stop does not wait for that.
        var stopped = _session.Run("$lab.Monitoring | Stop-Job; $lab.Monitoring.State.ToString()").Clean();
        Assert.Equal("Stopped", stopped.Objects.Single().BaseObject);
        Assert.Equal(true, _session.Run("$lab.Deployment.Success").Clean().Objects.Single().BaseObject);
    }

    [Fact]
    public void Operations_made_from_a_configuration_run()
    {
        Write(
            "lab.json",
            """
            { "operations": [
              { "Name": "first", "Type": "Deploy", "Script": "param($Value) \"got $Value\"", "Parameters": { "Value": 7 }, "Timeout": 5 },
              { "Name": "second", "Type": "Validate", "Script": "'after'", "Dependencies": ["first"] } ] }
            """);
        var results = Dot("config-driven", "Start-ConfigDrivenDeployment -ConfigPath ./lab.json").Clean().Objects;
        Assert.Equal(["got 7", "after"], results.Select(result => Value(result, "Result")?.ToString()));
    }
}
