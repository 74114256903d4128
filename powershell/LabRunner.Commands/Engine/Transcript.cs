using System.Management.Automation;
using System.Management.Automation.Host;

namespace LabRunner.Engine;

/// <summary>The transcript that an operation has started: what it writes goes past the host, which would otherwise keep it.</summary>
/// <remarks>
/// The engine transcribes a record when it shows it, and a merged one is not shown. It does not publish how a line gets into
/// the transcript; without that the transcript lacks warnings and the like.
/// </remarks>
internal sealed class Transcript
{
    private readonly Func<bool> _isOn;
    private readonly Action<string> _write;

    private Transcript(Func<bool> isOn, Action<string> write)
    {
        _isOn = isOn;
        _write = write;
    }

    /// <summary>The one of a session's host; nothing where the engine has none like it.</summary>
    internal static Transcript? Of(PSHost? host) =>
        host?.UI is { } screen
        && EngineMembers.IsTranscribing.Property?.GetMethod is { } state && state.ReturnType == typeof(bool)
        && EngineMembers.Transcribe.Method is { } line && line.ReturnType == typeof(void)
            ? new Transcript(state.CreateDelegate<Func<bool>>(screen), line.CreateDelegate<Action<string>>(screen))
            : null;

    /// <summary>Adds a warning, a verbose or a debug message. Errors and information the engine transcribes when they are written.</summary>
    internal void Add(object? record)
    {
        if (_isOn() && Text(record) is { } text)
        {
            _write(text);
        }
    }

    private static string? Text(object? record) => record switch
    {
        WarningRecord warning => $"WARNING: {warning.Message}",
        VerboseRecord verbose => $"VERBOSE: {verbose.Message}",
        DebugRecord debug => $"DEBUG: {debug.Message}",
        _ => null,
    };
}
