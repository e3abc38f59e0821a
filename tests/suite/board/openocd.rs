//! Real `OpenOCD` in front of an emulated chip: its own RTT server is the raw stream.

use std::net::TcpListener;

use loopscope_tests::Live;
use loopscope_tests::outside::has;
use loopscope_tests::run::{Run, loopscope};
use loopscope_virtual_probe::rtt_block;

use super::link::answers;
use super::{M3, beside_others};

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}

#[test]
fn openocd_streams_a_board_and_takes_requests_down() {
    let _one = beside_others();
    if !has("openocd", "--version", "OpenOCD in front of the virtual probe") {
        return;
    }
    let Some(mut board) = M3.run("demo") else { return };
    let bits = board.probe.serve_bitbang(0).expect("there is a free port").port();
    let (block, rtt) = (rtt_block(&board.elf).expect("it has the agent"), free_port());
    let commands = [
        "adapter driver remote_bitbang".to_owned(),
        "remote_bitbang host 127.0.0.1".to_owned(),
        format!("remote_bitbang port {bits}"),
        "jtag newtap chip cpu -irlen 4 -expected-id 0x4ba00477".to_owned(),
        "dap create chip.dap -chain-position chip.cpu".to_owned(),
        "target create chip.cpu cortex_m -dap chip.dap".to_owned(),
        "gdb_port disabled; tcl_port disabled; telnet_port disabled".to_owned(),
        "init".to_owned(),
        format!("rtt setup {block:#x} 16 \"SEGGER RTT\"; rtt polling_interval 5; rtt start"),
        format!("rtt server start {rtt} 0"),
    ];
    let run = commands.iter().fold(Run::new("openocd"), |run, it| run.args(["-c", it]));
    let openocd = Live::start(run);
    openocd.wait_until("its RTT server", || openocd.err().contains("rtt connections"));
    assert!(openocd.err().contains("Cortex-M3"), "{openocd}");
    let address = format!("127.0.0.1:{rtt}");
    let run = loopscope(["repl", "--json", "--control", "--tcp", &address, "--elf"]);
    let commands = ["pause", "step", "step", "expect handle-run", "info source", "detach"];
    let ended = run.arg(&board.elf).commands(&commands).end().code_is(0);
    let answers = answers(&ended.out());
    assert_eq!(answers[0]["stop"], "paused", "{ended}");
    assert_eq!(answers[3]["record"]["event"], "handle-run", "{ended}");
    assert_eq!(answers[4]["gaps"], 0, "{ended}");
}
