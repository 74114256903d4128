namespace LabRunner.EngineTests;

/// <summary>What the report of a lab says about the run before it has begun.</summary>
public sealed class ForecastTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private const string Lab = """
        name: forecast
        settings:
          pools: { licence: 1 }
        operations:
          - { name: image, estimate: 3m, script: "1" }
          - { name: docs, estimate: 1m, script: "1" }
          - { name: web, estimate: 2m, dependencies: [image], script: "1" }
          - { name: paid-1, estimate: 2m, pool: licence, script: "1" }
          - { name: paid-2, estimate: 2m, pool: licence, script: "1" }
          - { name: rescue, trigger: any-failed, dependencies: [web], script: "1" }
        """;

    private readonly EngineSession _session = fixture.Session;

    [Fact]
    public void A_dry_run_tells_when_everything_starts_and_what_decides_the_length()
    {
        using var folder = new TemporaryFolder();
        var result = _session.Run($$"""
            $plan = (Start-AdvancedLabOrchestration '{{folder.Write("lab.yaml", Lab)}}' -DryRun -MaxConcurrency 4).ExecutionPlan
            $plan.Makespan.TotalMinutes
            $plan.CriticalPath -join ' '
            $by = @{}; foreach ($operation in $plan.Operations) { $by[$operation.Name] = $operation }
            $by['web'].Start.TotalMinutes; $by['web'].Slack.TotalMinutes; $by['docs'].Slack.TotalMinutes
            ($by['paid-1'].Start.TotalMinutes, $by['paid-2'].Start.TotalMinutes | Sort-Object) -join ' '
            "$($by['web'].EstimateSource) $($by['rescue'].EstimateSource) $($null -eq $by['rescue'].Start) $($by['rescue'].SkippedBecause)"
            ($plan.Resources | ForEach-Object { "$_" }) -join ', '
            $plan.Schedule.IsOptimal
            """).Clean();
        Assert.Equal(
            [5.0, "image web", 3.0, 0.0, 4.0, "0 2", "declared unit True it runs only after a failure, and nothing it depends on failed", "slots: 3 of 4, licence: 1 of 1", true],
            result.Output);
    }

    [Fact]
    public void A_narrower_run_is_expected_to_take_longer_and_says_so()
    {
        using var folder = new TemporaryFolder();
        var result = _session.Run($$"""
            $plan = (Start-AdvancedLabOrchestration '{{folder.Write("lab.yaml", Lab)}}' -DryRun -MaxConcurrency 1).ExecutionPlan
            $plan.Makespan.TotalMinutes
            $plan.Schedule.CriticalChain.Count
            """).Clean();
        Assert.Equal([10.0, 5], result.Output);
    }
}
