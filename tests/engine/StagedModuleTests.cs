namespace LabRunner.EngineTests;

public sealed class StagedModuleTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    [Fact]
    public void The_staged_module_imports_silently_and_exports_functions()
    {
        var module = fixture.Session.Run("Get-Module -Name LabRunner").Clean().Objects.Single();
        var info = Assert.IsType<PSModuleInfo>(module.BaseObject);
        Assert.NotEmpty(info.ExportedFunctions);
        Assert.Empty(fixture.Session.Host.Text);
    }
}
