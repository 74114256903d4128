using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LabRunner.Engine;

/// <summary>All members of PowerShell's engine that LabRunner uses and the engine does not publish.</summary>
/// <remarks>
/// They are used in this folder only, and each use goes on without its member. A test says which of them the engine has that
/// the tests run in, and <c>Test-LabRunnerHealth</c> says it for the engine of the session. <see cref="Switch"/> set to
/// <c>off</c> runs LabRunner without them, which shows whether a fault in a new PowerShell comes from here.
/// </remarks>
internal static class EngineMembers
{
    /// <summary>The environment variable that turns them off, but for those that guard security.</summary>
    internal const string Switch = "LABRUNNER_ENGINE_MEMBERS";

    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public;
    private const string OwnFormats = "Each worker builds its formats: half of what opening it costs.";
    private const string OwnDrives = "Each worker looks for its drives: three quarters of what opening it costs.";
    private const string ParseAll = "An import parses all functions of the module: a fifth more time.";
    private const string AskProvider = "The provider is asked: 30 µs instead of 2 an operation.";

    internal static readonly EngineMember Context = Property(typeof(Runspace), "ExecutionContext", "The way to the formats and types of a runspace.", OwnFormats);
    internal static readonly EngineMember FormatManager = Of(Context, "FormatDBManager", "The formats of a runspace.", OwnFormats);
    internal static readonly EngineMember Formats = Of(FormatManager, "Database", "Formats that are built once and serve all workers.", OwnFormats);
    internal static readonly EngineMember Types = Of(Context, "TypeTable", "Default properties of LabRunner's types, without a module's types file.", "Update-TypeData does it: Microsoft.PowerShell.Utility is loaded at import.");
    internal static readonly EngineMember ProviderSession = Field(typeof(ProviderInfo), "_sessionState", typeof(SessionState), "The session of a provider.", OwnDrives);
    internal static readonly EngineMember NewProvider = new("ProviderInfo(SessionState, Type, String, String, PSSnapInInfo)", "The file system provider of the first worker for the others.", OwnDrives, () => typeof(ProviderInfo).GetConstructors(Any).FirstOrDefault(one => one.GetParameters() is [{ } session, { } type, _, _, _] && session.ParameterType == typeof(SessionState) && type.ParameterType == typeof(Type)));
    internal static readonly EngineMember NewDrive = new("PSDriveInfo(PSDriveInfo)", "The drives of the first worker for the others.", OwnDrives, () => typeof(PSDriveInfo).GetConstructor(Any, [typeof(PSDriveInfo)]));
    internal static readonly EngineMember DriveProvider = Field(typeof(PSDriveInfo), "_provider", typeof(ProviderInfo), "The provider of a drive.", OwnDrives);
    internal static readonly EngineMember Session = Property(typeof(SessionState), "Internal", "The way to a session's tables.", AskProvider);
    internal static readonly EngineMember GlobalScope = Of(Session, "GlobalScope", "The global scope.", AskProvider);
    internal static readonly EngineMember Variables = Of(GlobalScope, "Variables", "All variables.", AskProvider);
    internal static readonly EngineMember Functions = Of(GlobalScope, "FunctionTable", "All functions.", AskProvider);
    internal static readonly EngineMember Aliases = Of(GlobalScope, "AliasTable", "All aliases.", AskProvider);
    internal static readonly EngineMember Drives = Of(GlobalScope, "_drives", "The drives that a script has made.", "All drives are compared.");
    internal static readonly EngineMember LocationStacks = Of(Session, "_workingLocationStack", "The stacks of Push-Location.", "They are not restored between two operations.", "workingLocationStack");
    internal static readonly EngineMember StrictMode = Of(GlobalScope, "StrictModeVersion", "The strict mode.", "It is not restored between two operations.");
    internal static readonly EngineMember UnparsedBlock = Call(typeof(ScriptBlock), "CreateDelayParsedScriptBlock", "Functions of the module that are parsed when they are first used.", ParseAll, typeof(string), typeof(bool));
    internal static readonly EngineMember DefineFunction = new("SessionStateInternal.SetFunction()", "The same.", ParseAll, () => Session.ValueType?.GetMethod("SetFunction", Any, [typeof(string), typeof(ScriptBlock), typeof(bool)]));
    internal static readonly EngineMember LockdownPolicy = new("SystemPolicy.GetSystemLockdownPolicy()", "Whether a policy of the system restricts scripts.", ParseAll, () => typeof(PSObject).Assembly.GetType("System.Management.Automation.Security.SystemPolicy")?.GetMethod("GetSystemLockdownPolicy", Any, [])) { GuardsSecurity = true };
    internal static readonly EngineMember WriteStream = Property(typeof(PSObject), "WriteStream", "The stream that a merged object was written to.", "The object's type decides: an error that was output counts as written.");
    internal static readonly EngineMember KeepPosition = Property(typeof(ErrorRecord), "PreserveInvocationInfoOnce", "The position of an error that another command writes again.", "Position and id are those of the command that writes it.");
    internal static readonly EngineMember ErrorPlace = Call(typeof(ErrorRecord), "SetInvocationInfo", "The position of an error that has none.", "It stays without one; its id names the command all the same.", typeof(InvocationInfo));
    internal static readonly EngineMember RecordPlace = Call(typeof(InformationalRecord), "SetInvocationInfo", "The position of a warning or a message.", "It stays without one.", typeof(InvocationInfo));
    internal static readonly EngineMember ErrorTrace = Field(typeof(ErrorRecord), "_scriptStackTrace", typeof(string), "A stack trace that ends with the operation's own frame.", "It ends with a frame of the worker.");
    internal static readonly EngineMember TargetObject = Call(typeof(ErrorRecord), "SetTargetObject", "The operation as the target of an error that names none.", "CategoryInfo.TargetName names it.", typeof(object));
    internal static readonly EngineMember ErrorDetailsTravel = Property(typeof(ErrorRecord), "SerializeExtendedInfo", "The position of an error from another process.", "It is lost.");
    internal static readonly EngineMember ErrorFromObject = Call(typeof(ErrorRecord), "FromPSObjectForRemoting", "An error from another process as it was.", "Message and id remain.", typeof(PSObject));
    internal static readonly EngineMember InformationFromObject = Call(typeof(InformationRecord), "FromPSObjectForRemoting", "An information record from another process as it was.", "Its text remains.", typeof(PSObject));
    internal static readonly EngineMember UsesResults = Property(typeof(Job), "UsesResultsCollection", "Receive-Job in the order in which records were written.", "Receive-Job gives stream after stream.");
    internal static readonly EngineMember Results = Property(typeof(Job), "Results", "The same.", "The same.");
    internal static readonly EngineMember NewResult = new("PSStreamObject(PSStreamObjectType, object)", "The same.", "The same.", () => ResultType?.GetProperty("ObjectType")?.PropertyType is { } kind ? ResultType.GetConstructor(Any, [kind, typeof(object)]) : null);
    internal static readonly EngineMember AddedMembers = new("PSObject.HasInstanceMembers()", "The members that were added to one object.", "All members of an object are looked at, also those of its type.", () => typeof(PSObject).GetMethods(Any).FirstOrDefault(one => one.Name == "HasInstanceMembers" && one.GetParameters().Length == 2));
    internal static readonly EngineMember PrimaryRunspace = Property(typeof(Runspace), "PrimaryRunspace", "The end of the session.", "PowerShell waits at its end for operations that do not stop.");
    internal static readonly EngineMember RunningPipeline = Call(typeof(Runspace), "GetCurrentlyRunningPipeline", "Stopping the session's own pipeline when the process is asked to end.", "finally blocks of the session, and of an operation in a process of its own, do not run then.");
    internal static readonly EngineMember IsTranscribing = Property(typeof(PSHostUserInterface), "IsTranscribing", "Whether an operation has started a transcript.", "The transcript lacks warnings, verbose and debug messages.");
    internal static readonly EngineMember Transcribe = Call(typeof(PSHostUserInterface), "TranscribeResult", "Warnings, verbose and debug messages in an operation's transcript.", "The transcript lacks them.", typeof(string));
    internal static readonly EngineMember BlockMode = Property(typeof(ScriptBlock), "LanguageMode", "Whether a block may use the full language.", "It may not.") with { GuardsSecurity = true };

    /// <summary>Whether they are used.</summary>
    internal static bool AreUsed { get; } = !string.Equals(Environment.GetEnvironmentVariable(Switch), "off", StringComparison.OrdinalIgnoreCase);

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<EngineMember> All =>
    [
        Context, FormatManager, Formats, Types, ProviderSession, NewProvider, NewDrive, DriveProvider, Session, GlobalScope, Variables, Functions,
        Aliases, Drives, LocationStacks, StrictMode, UnparsedBlock, DefineFunction, LockdownPolicy, WriteStream, KeepPosition, ErrorPlace, RecordPlace, ErrorTrace, TargetObject, ErrorDetailsTravel,
        ErrorFromObject, InformationFromObject, UsesResults, Results, NewResult, AddedMembers, PrimaryRunspace, RunningPipeline, IsTranscribing, Transcribe, BlockMode,
    ];

    /// <summary>The engine's own type for an entry of <see cref="Results"/>.</summary>
    internal static Type? ResultType => Results.ValueType?.GetGenericArguments().FirstOrDefault();

    private static EngineMember Property(Type owner, string name, string gives, string without) => new($"{owner.Name}.{name}", gives, without, () => owner.GetProperty(name, Any));

    private static EngineMember Field(Type owner, string name, Type type, string gives, string without) =>
        new($"{owner.Name}.{name}", gives, without, () => owner.GetField(name, Any) is { } field && field.FieldType == type ? field : null);

    private static EngineMember Call(Type owner, string name, string gives, string without, params Type[] parameters) => new($"{owner.Name}.{name}()", gives, without, () => owner.GetMethod(name, Any, parameters));

    // A property or field of what another member gives, by its name or the one that it had in an earlier engine.
    private static EngineMember Of(EngineMember owner, string name, string gives, string without, string? earlier = null)
    {
        return new($"{owner.Name}.{name}", gives, without, () => owner.ValueType is { } type ? Named(type, name) ?? (earlier is null ? null : Named(type, earlier)) : null);

        static MemberInfo? Named(Type type, string name) => (MemberInfo?)type.GetProperty(name, Any) ?? type.GetField(name, Any);
    }
}
