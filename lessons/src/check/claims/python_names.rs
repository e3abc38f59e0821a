//! The names of Python and asyncio that a text may use without the program using them.
/// Keywords, built-in names, and what asyncio and its objects offer; some of MicroPython's own.
pub(super) const NAMES: &str = "\
    ALL_COMPLETED AbstractChildWatcher AbstractEventLoop AbstractEventLoopPolicy \
    AbstractServer ArithmeticError AssertionError AttributeError Barrier BaseEventLoop \
    BaseException BaseExceptionGroup BaseProtocol BaseTransport BlockingIOError \
    BoundedSemaphore BrokenBarrierError BrokenPipeError BufferError BufferedProtocol \
    BytesWarning CancelledError ChildProcessError Condition ConnectionAbortedError \
    ConnectionError ConnectionRefusedError ConnectionResetError DatagramProtocol \
    DatagramTransport DefaultEventLoopPolicy DeprecationWarning EOFError Ellipsis \
    EncodingWarning EnvironmentError Event EventLoop Exception ExceptionGroup FIRST_COMPLETED \
    FIRST_EXCEPTION False FastChildWatcher FileExistsError FileNotFoundError \
    FloatingPointError Future FutureWarning GeneratorExit Handle IOError ImportError \
    ImportWarning IncompleteReadError IndentationError IndexError InterruptedError \
    InvalidStateError IsADirectoryError KeyError KeyboardInterrupt LifoQueue LimitOverrunError \
    Lock LookupError MemoryError ModuleNotFoundError MultiLoopChildWatcher NameError None \
    NotADirectoryError NotImplemented NotImplementedError OSError OverflowError \
    PYTHONASYNCIODEBUG PendingDeprecationWarning PermissionError PidfdChildWatcher \
    PriorityQueue ProcessLookupError Protocol PythonFinalizationError Queue QueueEmpty \
    QueueFull QueueShutDown ReadTransport RecursionError ReferenceError ResourceWarning Runner \
    RuntimeError RuntimeWarning SIGINT SIGTERM SafeChildWatcher SelectorEventLoop Semaphore \
    SendfileNotAvailableError Server StopAsyncIteration StopIteration StreamReader \
    StreamReaderProtocol StreamWriter SubprocessProtocol SubprocessTransport SyntaxError \
    SyntaxWarning SystemError SystemExit TabError Task TaskGroup Thread ThreadSafeFlag \
    ThreadedChildWatcher Timeout TimeoutError TimerHandle Transport True TypeError \
    UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError \
    UnicodeWarning UserWarning ValueError Warning WriteTransport ZeroDivisionError __aenter__ \
    __aexit__ __aiter__ __anext__ __await__ __init__ _enter_task _get_running_loop _leave_task \
    _register_task _set_running_loop _unregister_task abort abort_clients abs aclose acquire \
    add_done_callback add_reader add_signal_handler add_writer aiter all all_tasks and anext \
    any as as_completed ascii assert async asyncio at_eof await bin bool break breakpoint \
    bytearray bytes call_at call_exception_handler call_later call_soon call_soon_threadsafe \
    callable can_write_eof cancel cancelled cancelling chr class classmethod clear close \
    close_clients compile complex connect_accepted_socket connect_read_pipe connect_write_pipe \
    connection_lost connection_made contextvars continue create_connection \
    create_datagram_endpoint create_eager_task_factory create_future create_server \
    create_subprocess_exec create_subprocess_shell create_task create_unix_connection \
    create_unix_server cur_task current_task daemon data_received def \
    default_exception_handler del delattr dict dir divmod done drain eager_task_factory elif \
    else empty ensure_future enumerate eof_received eval except exception exec expired \
    feed_data feed_eof filter finally float for format from frozenset full gather get getName \
    get_child_watcher get_context get_coro get_debug get_event_loop get_event_loop_policy \
    get_exception_handler get_extra_info get_loop get_name get_nowait get_protocol \
    get_running_loop get_stack get_task_factory get_write_buffer_limits get_write_buffer_size \
    getaddrinfo getattr getnameinfo global globals hasattr hash help hex id ident if import in \
    input int is isDaemon isSet is_alive is_closed is_closing is_reading is_running is_serving \
    is_set iscoroutine iscoroutinefunction isfuture isinstance issubclass iter join lambda len \
    list locals locked map max maxsize memoryview min monotonic name native_id new_event_loop \
    next nonlocal not notify notify_all object oct open open_connection open_unix_connection \
    or ord pass pause_reading pause_writing perf_counter pow print print_stack property put \
    put_nowait qsize raise range read readexactly readline readuntil release \
    remove_done_callback remove_reader remove_signal_handler remove_writer repr reschedule \
    result resume_reading resume_writing return reversed round run run_coroutine_threadsafe \
    run_forever run_in_executor run_until_complete select send sendfile serve_forever set \
    setDaemon setName set_child_watcher set_debug set_default_executor set_event_loop \
    set_event_loop_policy set_exception set_exception_handler set_name set_protocol set_result \
    set_task_factory set_transport set_write_buffer_limits setattr shield shutdown \
    shutdown_asyncgens shutdown_default_executor signal sleep sleep_ms slice sock_accept \
    sock_connect sock_recv sock_recv_into sock_recvfrom sock_recvfrom_into sock_sendall \
    sock_sendfile sock_sendto socket sorted start start_server start_serving start_tls \
    start_unix_server staticmethod stop str subprocess_exec subprocess_shell sum super \
    task_done threading throw ticks_diff ticks_ms time timeout timeout_at to_thread transport \
    try tuple type uasyncio uncancel vars wait wait_closed wait_for wait_for_ms warnings \
    weakref when while with wrap_future write write_eof writelines yield zip \
";
