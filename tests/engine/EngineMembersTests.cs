using System.Collections;
using System.Reflection;

namespace LabRunner.EngineTests;

/// <summary>The members of the engine that LabRunner uses and the engine does not publish: a new PowerShell that lacks one fails here first.</summary>
/// <param name="fixture">Has the module imported.</param>
public sealed class EngineMembersTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private readonly EngineSession _session = fixture.Session;

    [Fact]
    public void This_engine_has_every_one_of_them()
    {
        var all = (IEnumerable)Member("LabRunner.Engine.EngineMembers", "All");
        var missing = all.Cast<object>().Where(member => !(bool)Value(member, "Exists")).Select(member => (string)Value(member, "Name"));
        Assert.Empty(missing);
    }

    [Fact]
    public void The_fields_of_drives_and_providers_are_those_that_are_written_down() =>
        Assert.True((bool)Member("LabRunner.Engine.SharedFileSystem", "KnowsTheFields"));

    [Fact]
    public void A_workers_session_serves_one_operation_after_another()
    {
        // Without the members, too: a session that could not be reset would be replaced.
        const string id = "(Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { $x = 1; function Get-X { $x }; Set-Alias gx Get-X; \"$([runspace]::DefaultRunspace.InstanceId)\" } }).Output";
        Assert.Single(_session.Run($"{id}; {id}; {id}").Clean().Output.Distinct());
    }

    [Fact]
    public void Health_says_so()
    {
        var result = _session.Run("((Test-LabRunnerHealth).Checks | Where-Object Name -eq Engine).Status").Clean();
        Assert.Equal([AreUsed ? "Ok" : "Warning"], result.Output);
    }

    [Fact]
    public void Tests_that_need_one_name_one_that_there_is()
    {
        var names = ((IEnumerable)Member("LabRunner.Engine.EngineMembers", "All")).Cast<object>().Select(member => (string)Value(member, "Name")).ToHashSet(StringComparer.Ordinal);
        var traits = typeof(EngineMembersTests).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetCustomAttributesData())
            .Where(data => data.AttributeType == typeof(TraitAttribute) && (string?)data.ConstructorArguments[0].Value == "NeedsEngineMember")
            .Select(data => (string)data.ConstructorArguments[1].Value!);
        var tags = Directory.EnumerateFiles(Path.Combine(EngineEnvironment.CheckoutRoot, "tests", "pester"), "*.Tests.ps1", SearchOption.AllDirectories)
            .SelectMany(file => System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(file), "'NeedsEngineMember:([^']+)'"))
            .Select(match => match.Groups[1].Value);
        string[] named = [.. traits, .. tags];
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, names));
    }

    private static bool AreUsed => (bool)Member("LabRunner.Engine.EngineMembers", "AreUsed");

    private static object Member(string type, string property) =>
        AppDomain.CurrentDomain.GetAssemblies().Single(assembly => assembly.GetName().Name == "LabRunner.Commands")
            .GetType(type, throwOnError: true)!
            .GetProperty(property, BindingFlags.Static | BindingFlags.NonPublic)!
            .GetValue(null)!;

    private static object Value(object item, string property) =>
        item.GetType().GetProperty(property, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!.GetValue(item)!;
}
