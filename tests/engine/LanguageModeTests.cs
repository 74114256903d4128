using System.Management.Automation.Language;
using System.Reflection;

namespace LabRunner.EngineTests;

/// <summary>What guards the language mode when an engine does not have what is looked for in it.</summary>
public sealed class LanguageModeTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private readonly EngineSession _session = fixture.Session;

    [Fact]
    public void A_block_whose_mode_cannot_be_read_counts_as_constrained()
    {
        var check = Method("LabRunner.Operations.ScriptCopy", "IsConstrained", 2);
        var block = ScriptBlock.Create("1");
        Assert.Equal(true, check.Invoke(null, [block, null]));
        Assert.Equal(true, check.Invoke(null, [block, Mode(PSLanguageMode.ConstrainedLanguage)]));
        Assert.Equal(true, check.Invoke(null, [block, Mode(PSLanguageMode.RestrictedLanguage)]));
        Assert.Equal(false, check.Invoke(null, [block, Mode(PSLanguageMode.FullLanguage)]));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("Enforce", true)]
    [InlineData("SomethingNew", true)]
    [InlineData("Audit", false)]
    [InlineData("None", false)]
    public void A_policy_that_is_not_known_to_be_open_locks_down(string? policy, bool isLockedDown) =>
        Assert.Equal(isLockedDown, Method("LabRunner.Isolation.CallerState", "IsLockedDown", 1).Invoke(null, [policy]));

    [Fact]
    public void This_engine_tells_both_so_that_operations_have_the_full_language()
    {
        var result = _session.Run("(Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { \"$($ExecutionContext.SessionState.LanguageMode)\" } }).Output").Clean();
        Assert.Equal(["FullLanguage"], result.Output);
    }

    private static Func<ScriptBlock, PSLanguageMode?> Mode(PSLanguageMode mode) => _ => mode;

    private static MethodInfo Method(string type, string name, int parameters) =>
        AppDomain.CurrentDomain.GetAssemblies().Single(assembly => assembly.GetName().Name == "LabRunner.Commands")
            .GetType(type, throwOnError: true)!
            .GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Single(method => method.Name == name && method.GetParameters().Length == parameters);
}
