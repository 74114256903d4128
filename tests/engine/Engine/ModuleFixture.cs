namespace LabRunner.EngineTests.Engine;

/// <summary>One session with the staged module for all tests of a class; for tests that leave nothing behind.</summary>
public sealed class ModuleFixture : IDisposable
{
    /// <summary>The shared session.</summary>
    public EngineSession Session { get; } = EngineSession.WithModule();

    public void Dispose() => Session.Dispose();
}
