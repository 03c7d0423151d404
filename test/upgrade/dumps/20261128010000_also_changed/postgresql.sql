--
-- PostgreSQL database dump
--


-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: car; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.car (
    id integer NOT NULL,
    rego_number character varying(10) NOT NULL,
    name character varying(50) NOT NULL,
    assigned_to_id integer
);


--
-- Name: car_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.car_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: car_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.car_id_seq OWNED BY public.car.id;


--
-- Name: house; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.house (
    id integer NOT NULL,
    address character varying(100) NOT NULL,
    country character varying(100) DEFAULT ''::character varying NOT NULL,
    floors integer,
    owner_id integer
);


--
-- Name: house_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.house_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: house_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.house_id_seq OWNED BY public.house.id;


--
-- Name: nsync_external_key_mappings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nsync_external_key_mappings (
    id bigint NOT NULL,
    external_system_id integer NOT NULL,
    model character varying(190) NOT NULL COLLATE pg_catalog."C",
    external_key character varying(255) NOT NULL COLLATE pg_catalog."C",
    object_id character varying(255) NOT NULL COLLATE pg_catalog."C",
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL
);


--
-- Name: nsync_external_key_mappings_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.nsync_external_key_mappings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: nsync_external_key_mappings_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.nsync_external_key_mappings_id_seq OWNED BY public.nsync_external_key_mappings.id;


--
-- Name: nsync_external_systems; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nsync_external_systems (
    id integer NOT NULL,
    name character varying(100) NOT NULL COLLATE pg_catalog."C",
    description text,
    created_at timestamp(3) with time zone NOT NULL
);


--
-- Name: nsync_external_systems_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.nsync_external_systems_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: nsync_external_systems_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.nsync_external_systems_id_seq OWNED BY public.nsync_external_systems.id;


--
-- Name: nsync_first_touches; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nsync_first_touches (
    id bigint NOT NULL,
    external_system_id integer NOT NULL,
    model character varying(190) NOT NULL COLLATE pg_catalog."C",
    object_id character varying(255) NOT NULL COLLATE pg_catalog."C",
    touched_at timestamp(3) with time zone NOT NULL
);


--
-- Name: nsync_first_touches_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.nsync_first_touches_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: nsync_first_touches_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.nsync_first_touches_id_seq OWNED BY public.nsync_first_touches.id;


--
-- Name: nsync_locks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nsync_locks (
    model character varying(190) NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: nsync_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nsync_migrations (
    id integer NOT NULL,
    name character varying(255),
    batch integer,
    migration_time timestamp with time zone
);


--
-- Name: nsync_migrations_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.nsync_migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: nsync_migrations_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.nsync_migrations_id_seq OWNED BY public.nsync_migrations.id;


--
-- Name: nsync_migrations_lock; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nsync_migrations_lock (
    index integer NOT NULL,
    is_locked integer
);


--
-- Name: nsync_migrations_lock_index_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.nsync_migrations_lock_index_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: nsync_migrations_lock_index_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.nsync_migrations_lock_index_seq OWNED BY public.nsync_migrations_lock.index;


--
-- Name: nsync_related_changes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nsync_related_changes (
    id bigint NOT NULL,
    run_source_id bigint NOT NULL,
    model character varying(190) NOT NULL COLLATE pg_catalog."C",
    object_id character varying(255) NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: nsync_related_changes_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.nsync_related_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: nsync_related_changes_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.nsync_related_changes_id_seq OWNED BY public.nsync_related_changes.id;


--
-- Name: nsync_row_outcomes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nsync_row_outcomes (
    run_source_id bigint NOT NULL,
    "row" integer NOT NULL,
    line integer,
    external_key character varying(255) COLLATE pg_catalog."C",
    status character varying(10) NOT NULL COLLATE pg_catalog."C",
    severity character varying(10) COLLATE pg_catalog."C",
    object_id character varying(255) COLLATE pg_catalog."C",
    changes text,
    also_deleted text,
    problems text,
    also_changed text
);


--
-- Name: nsync_run_progress; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nsync_run_progress (
    run_id bigint NOT NULL,
    attempt integer NOT NULL,
    heartbeat_at timestamp(3) with time zone,
    cancel_requested boolean DEFAULT false NOT NULL,
    phase character varying(10) NOT NULL,
    rows_done integer DEFAULT 0 NOT NULL,
    rows_total integer,
    rows_per_second double precision,
    counts text
);


--
-- Name: nsync_run_sources; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nsync_run_sources (
    id bigint NOT NULL,
    run_id bigint NOT NULL,
    "position" integer NOT NULL,
    external_system_id integer,
    system_name character varying(100) NOT NULL COLLATE pg_catalog."C",
    model character varying(190) NOT NULL COLLATE pg_catalog."C",
    file text,
    rows_count integer DEFAULT 0 NOT NULL,
    created_count integer DEFAULT 0 NOT NULL,
    updated_count integer DEFAULT 0 NOT NULL,
    unchanged_count integer DEFAULT 0 NOT NULL,
    deleted_count integer DEFAULT 0 NOT NULL,
    unlinked_count integer DEFAULT 0 NOT NULL,
    skipped_count integer DEFAULT 0 NOT NULL,
    failed_count integer DEFAULT 0 NOT NULL,
    warnings_count integer DEFAULT 0 NOT NULL
);


--
-- Name: nsync_run_sources_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.nsync_run_sources_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: nsync_run_sources_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.nsync_run_sources_id_seq OWNED BY public.nsync_run_sources.id;


--
-- Name: nsync_runs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nsync_runs (
    id bigint NOT NULL,
    status character varying(30) NOT NULL COLLATE pg_catalog."C",
    dry_run boolean NOT NULL,
    started_at timestamp(3) with time zone NOT NULL,
    finished_at timestamp(3) with time zone,
    committed_chunks integer DEFAULT 0 NOT NULL,
    problems text NOT NULL,
    problem_groups text NOT NULL,
    heartbeat_at timestamp(3) with time zone,
    attempt integer DEFAULT 1 NOT NULL
);


--
-- Name: nsync_runs_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.nsync_runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: nsync_runs_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.nsync_runs_id_seq OWNED BY public.nsync_runs.id;


--
-- Name: person; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.person (
    id integer NOT NULL,
    first_name character varying(50) NOT NULL,
    last_name character varying(50) NOT NULL,
    age integer,
    hair_colour character varying(50) DEFAULT 'Unknown'::character varying NOT NULL,
    employee_id character varying(50),
    photo character varying(200)
);


--
-- Name: person_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.person_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: person_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.person_id_seq OWNED BY public.person.id;


--
-- Name: person_tag; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.person_tag (
    person_id integer NOT NULL,
    tag_id integer NOT NULL
);


--
-- Name: tag; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tag (
    id integer NOT NULL,
    label character varying(50) NOT NULL
);


--
-- Name: tag_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.tag_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: tag_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.tag_id_seq OWNED BY public.tag.id;


--
-- Name: car id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.car ALTER COLUMN id SET DEFAULT nextval('public.car_id_seq'::regclass);


--
-- Name: house id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.house ALTER COLUMN id SET DEFAULT nextval('public.house_id_seq'::regclass);


--
-- Name: nsync_external_key_mappings id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_external_key_mappings ALTER COLUMN id SET DEFAULT nextval('public.nsync_external_key_mappings_id_seq'::regclass);


--
-- Name: nsync_external_systems id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_external_systems ALTER COLUMN id SET DEFAULT nextval('public.nsync_external_systems_id_seq'::regclass);


--
-- Name: nsync_first_touches id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_first_touches ALTER COLUMN id SET DEFAULT nextval('public.nsync_first_touches_id_seq'::regclass);


--
-- Name: nsync_migrations id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_migrations ALTER COLUMN id SET DEFAULT nextval('public.nsync_migrations_id_seq'::regclass);


--
-- Name: nsync_migrations_lock index; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_migrations_lock ALTER COLUMN index SET DEFAULT nextval('public.nsync_migrations_lock_index_seq'::regclass);


--
-- Name: nsync_related_changes id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_related_changes ALTER COLUMN id SET DEFAULT nextval('public.nsync_related_changes_id_seq'::regclass);


--
-- Name: nsync_run_sources id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_run_sources ALTER COLUMN id SET DEFAULT nextval('public.nsync_run_sources_id_seq'::regclass);


--
-- Name: nsync_runs id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_runs ALTER COLUMN id SET DEFAULT nextval('public.nsync_runs_id_seq'::regclass);


--
-- Name: person id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.person ALTER COLUMN id SET DEFAULT nextval('public.person_id_seq'::regclass);


--
-- Name: tag id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tag ALTER COLUMN id SET DEFAULT nextval('public.tag_id_seq'::regclass);


--
-- Data for Name: car; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.car (id, rego_number, name, assigned_to_id) FROM stdin;
\.


--
-- Data for Name: house; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.house (id, address, country, floors, owner_id) FROM stdin;
1	1007 Mountain Drive	USA	\N	1
2	Arkham Road 1	USA	\N	\N
\.


--
-- Data for Name: nsync_external_key_mappings; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.nsync_external_key_mappings (id, external_system_id, model, external_key, object_id, created_at, updated_at) FROM stdin;
1	1	Person	1001	1	2026-11-29 00:07:12.864+00	2026-11-29 00:07:12.864+00
2	1	Person	it's "50%" \\ \t; -- é 😀 	2	2026-11-29 00:07:12.864+00	2026-11-29 00:07:12.864+00
4	2	House	H-1	1	2026-11-29 00:07:13.176+00	2026-11-29 00:07:13.176+00
5	2	House	H-2	2	2026-11-29 00:07:13.176+00	2026-11-29 00:07:13.176+00
6	3	Tag	T-1	1	2026-11-29 00:07:13.271+00	2026-11-29 00:07:13.271+00
7	4	Person	P-1	1	2026-11-29 00:07:13.387+00	2026-11-29 00:07:13.387+00
\.


--
-- Data for Name: nsync_external_systems; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.nsync_external_systems (id, name, description, created_at) FROM stdin;
1	HR "system"	\N	2026-11-29 00:07:12.839+00
2	Land registry	\N	2026-11-29 00:07:13.154+00
3	Tags	\N	2026-11-29 00:07:13.251+00
4	Payroll	\N	2026-11-29 00:07:13.371+00
\.


--
-- Data for Name: nsync_first_touches; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.nsync_first_touches (id, external_system_id, model, object_id, touched_at) FROM stdin;
1	1	Person	1	2026-11-29 00:07:12.812+00
2	1	Person	2	2026-11-29 00:07:12.812+00
3	1	Person	3	2026-11-29 00:07:12.812+00
\.


--
-- Data for Name: nsync_locks; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.nsync_locks (model) FROM stdin;

Person
House
Tag
\.


--
-- Data for Name: nsync_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.nsync_migrations (id, name, batch, migration_time) FROM stdin;
1	20261123000000_own_tables	1	2026-11-29 00:07:11.63+00
2	20261128000000_true_records	1	2026-11-29 00:07:11.708+00
3	20261128010000_also_changed	1	2026-11-29 00:07:11.717+00
\.


--
-- Data for Name: nsync_migrations_lock; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.nsync_migrations_lock (index, is_locked) FROM stdin;
1	0
\.


--
-- Data for Name: nsync_related_changes; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.nsync_related_changes (id, run_source_id, model, object_id) FROM stdin;
1	4	Person	1
\.


--
-- Data for Name: nsync_row_outcomes; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.nsync_row_outcomes (run_source_id, "row", line, external_key, status, severity, object_id, changes, also_deleted, problems, also_changed) FROM stdin;
2	1	\N	1001	UPDATED	\N	1	[["hair_colour","Unknown","black"]]	\N	\N	\N
2	2	\N	it's "50%" \\ \t; -- é 😀 	UPDATED	\N	2	[["hair_colour","Unknown","black"]]	\N	\N	\N
2	3	\N	1003	UPDATED	\N	3	[["hair_colour","Unknown","black"]]	\N	\N	\N
3	1	\N	H-1	CREATED	\N	1	[["address","1007 Mountain Drive"],["country","USA"],["owner_id",1]]	\N	\N	\N
3	2	\N	H-2	CREATED	WARNING	2	[["address","Arkham Road 1"],["country","USA"]]	\N	[{"code":"REFERENCE_NOT_FOUND","severity":"WARNING","message":"Reference \\"owner\\" finds no Person with employee_id \\"EMP9\\".","field":"owner"}]	\N
4	1	\N	T-1	CREATED	\N	1	[["label","hero"],["people",[],["1"]]]	\N	\N	[["Person","1"]]
6	1	\N	\N	FAILED	ERROR	\N	\N	\N	[{"code":"INVALID_VALUE","severity":"ERROR","message":"Field \\"age\\": \\"unknown\\" is not an integer.","field":"age"}]	\N
7	1	\N	\N	CREATED	\N	\N	[["first_name","Not"],["last_name","There"],["employee_id","EMP4"]]	\N	\N	\N
7	2	\N	\N	FAILED	ERROR	\N	\N	\N	[{"code":"INVALID_VALUE","severity":"ERROR","message":"Field \\"age\\": \\"unknown\\" is not an integer.","field":"age"}]	\N
8	1	\N	\N	CREATED	\N	\N	[["first_name","Dry"],["last_name","Run"],["employee_id","EMP5"]]	\N	\N	\N
9	1	\N	1003	DELETED	\N	3	\N	\N	\N	\N
\.


--
-- Data for Name: nsync_run_progress; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.nsync_run_progress (run_id, attempt, heartbeat_at, cancel_requested, phase, rows_done, rows_total, rows_per_second, counts) FROM stdin;
10	1	2026-11-29 00:07:14.039+00	f	SYNCING	1	\N	\N	\N
\.


--
-- Data for Name: nsync_run_sources; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.nsync_run_sources (id, run_id, "position", external_system_id, system_name, model, file, rows_count, created_count, updated_count, unchanged_count, deleted_count, unlinked_count, skipped_count, failed_count, warnings_count) FROM stdin;
2	2	0	1	HR "system"	Person	\N	3	0	3	0	0	0	0	0	0
3	3	0	2	Land registry	House	\N	2	2	0	0	0	0	0	0	1
4	4	0	3	Tags	Tag	\N	1	1	0	0	0	0	0	0	0
5	5	0	4	Payroll	Person	\N	1	0	0	1	0	0	0	0	0
6	6	0	1	HR "system"	Person	\N	2	0	0	1	0	0	0	1	0
7	7	0	1	HR "system"	Person	\N	2	1	0	0	0	0	0	1	0
8	8	0	1	HR "system"	Person	\N	1	1	0	0	0	0	0	0	0
9	9	0	1	HR "system"	Person	\N	1	0	0	0	1	0	0	0	0
10	10	0	1	HR "system"	Person	\N	1	0	0	1	0	0	0	0	0
\.


--
-- Data for Name: nsync_runs; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.nsync_runs (id, status, dry_run, started_at, finished_at, committed_chunks, problems, problem_groups, heartbeat_at, attempt) FROM stdin;
2	COMPLETED	f	2026-11-29 00:07:12.92+00	2026-11-29 00:07:12.964+00	0	[]	[]	2026-11-29 00:07:12.923+00	1
3	COMPLETED	f	2026-11-29 00:07:13.126+00	2026-11-29 00:07:13.192+00	0	[]	[{"code":"REFERENCE_NOT_FOUND","severity":"WARNING","field":"owner","file":null,"message":"Reference \\"owner\\" finds no Person with employee_id \\"EMP9\\".","count":1,"rows":"2"}]	2026-11-29 00:07:13.13+00	1
4	COMPLETED	f	2026-11-29 00:07:13.233+00	2026-11-29 00:07:13.308+00	0	[]	[]	2026-11-29 00:07:13.236+00	1
5	COMPLETED	f	2026-11-29 00:07:13.348+00	2026-11-29 00:07:13.394+00	0	[]	[]	2026-11-29 00:07:13.353+00	1
6	COMPLETED_WITH_FAILURES	f	2026-11-29 00:07:13.428+00	2026-11-29 00:07:13.504+00	1	[]	[{"code":"INVALID_VALUE","severity":"ERROR","field":"age","file":null,"message":"Field \\"age\\": \\"unknown\\" is not an integer.","count":1,"rows":"1"}]	2026-11-29 00:07:13.432+00	1
7	ROLLED_BACK	f	2026-11-29 00:07:13.556+00	2026-11-29 00:07:13.624+00	0	[]	[{"code":"INVALID_VALUE","severity":"ERROR","field":"age","file":null,"message":"Field \\"age\\": \\"unknown\\" is not an integer.","count":1,"rows":"2"}]	2026-11-29 00:07:13.561+00	1
8	COMPLETED	t	2026-11-29 00:07:13.646+00	2026-11-29 00:07:13.69+00	0	[]	[]	2026-11-29 00:07:13.649+00	1
9	COMPLETED	f	2026-11-29 00:07:13.789+00	2026-11-29 00:07:13.98+00	0	[]	[]	2026-11-29 00:07:13.868+00	1
10	RUNNING	f	2026-11-29 00:07:14.039+00	\N	1	[]	[]	2026-11-29 00:07:14.039+00	1
\.


--
-- Data for Name: person; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.person (id, first_name, last_name, age, hair_colour, employee_id, photo) FROM stdin;
1	Bruce	Wayne	42	black	EMP1	\N
2	Renée	O'Hara \\ 😀	\N	black	EMP2	\N
\.


--
-- Data for Name: person_tag; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.person_tag (person_id, tag_id) FROM stdin;
1	1
\.


--
-- Data for Name: tag; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.tag (id, label) FROM stdin;
1	hero
\.


--
-- Name: car_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.car_id_seq', 1, false);


--
-- Name: house_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.house_id_seq', 2, true);


--
-- Name: nsync_external_key_mappings_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.nsync_external_key_mappings_id_seq', 7, true);


--
-- Name: nsync_external_systems_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.nsync_external_systems_id_seq', 4, true);


--
-- Name: nsync_first_touches_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.nsync_first_touches_id_seq', 3, true);


--
-- Name: nsync_migrations_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.nsync_migrations_id_seq', 3, true);


--
-- Name: nsync_migrations_lock_index_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.nsync_migrations_lock_index_seq', 1, true);


--
-- Name: nsync_related_changes_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.nsync_related_changes_id_seq', 1, true);


--
-- Name: nsync_run_sources_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.nsync_run_sources_id_seq', 10, true);


--
-- Name: nsync_runs_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.nsync_runs_id_seq', 10, true);


--
-- Name: person_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.person_id_seq', 4, true);


--
-- Name: tag_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.tag_id_seq', 1, true);


--
-- Name: car car_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.car
    ADD CONSTRAINT car_pkey PRIMARY KEY (id);


--
-- Name: car car_rego_number_unique; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.car
    ADD CONSTRAINT car_rego_number_unique UNIQUE (rego_number);


--
-- Name: house house_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.house
    ADD CONSTRAINT house_pkey PRIMARY KEY (id);


--
-- Name: nsync_external_key_mappings nsync_external_key_mappings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_external_key_mappings
    ADD CONSTRAINT nsync_external_key_mappings_pkey PRIMARY KEY (id);


--
-- Name: nsync_external_systems nsync_external_systems_name_unique; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_external_systems
    ADD CONSTRAINT nsync_external_systems_name_unique UNIQUE (name);


--
-- Name: nsync_external_systems nsync_external_systems_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_external_systems
    ADD CONSTRAINT nsync_external_systems_pkey PRIMARY KEY (id);


--
-- Name: nsync_first_touches nsync_first_touches_object; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_first_touches
    ADD CONSTRAINT nsync_first_touches_object UNIQUE (object_id, model, external_system_id);


--
-- Name: nsync_first_touches nsync_first_touches_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_first_touches
    ADD CONSTRAINT nsync_first_touches_pkey PRIMARY KEY (id);


--
-- Name: nsync_locks nsync_locks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_locks
    ADD CONSTRAINT nsync_locks_pkey PRIMARY KEY (model);


--
-- Name: nsync_external_key_mappings nsync_mappings_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_external_key_mappings
    ADD CONSTRAINT nsync_mappings_key UNIQUE (external_system_id, model, external_key);


--
-- Name: nsync_migrations_lock nsync_migrations_lock_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_migrations_lock
    ADD CONSTRAINT nsync_migrations_lock_pkey PRIMARY KEY (index);


--
-- Name: nsync_migrations nsync_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_migrations
    ADD CONSTRAINT nsync_migrations_pkey PRIMARY KEY (id);


--
-- Name: nsync_related_changes nsync_related_changes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_related_changes
    ADD CONSTRAINT nsync_related_changes_pkey PRIMARY KEY (id);


--
-- Name: nsync_row_outcomes nsync_row_outcomes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_row_outcomes
    ADD CONSTRAINT nsync_row_outcomes_pkey PRIMARY KEY (run_source_id, "row");


--
-- Name: nsync_run_progress nsync_run_progress_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_run_progress
    ADD CONSTRAINT nsync_run_progress_pkey PRIMARY KEY (run_id);


--
-- Name: nsync_run_sources nsync_run_sources_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_run_sources
    ADD CONSTRAINT nsync_run_sources_pkey PRIMARY KEY (id);


--
-- Name: nsync_runs nsync_runs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_runs
    ADD CONSTRAINT nsync_runs_pkey PRIMARY KEY (id);


--
-- Name: person person_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);


--
-- Name: person_tag person_tag_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.person_tag
    ADD CONSTRAINT person_tag_pkey PRIMARY KEY (person_id, tag_id);


--
-- Name: tag tag_label_unique; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tag
    ADD CONSTRAINT tag_label_unique UNIQUE (label);


--
-- Name: tag tag_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tag
    ADD CONSTRAINT tag_pkey PRIMARY KEY (id);


--
-- Name: car_assigned_to_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX car_assigned_to_id_index ON public.car USING btree (assigned_to_id);


--
-- Name: house_address_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX house_address_index ON public.house USING btree (address);


--
-- Name: house_owner_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX house_owner_id_index ON public.house USING btree (owner_id);


--
-- Name: nsync_mappings_object; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX nsync_mappings_object ON public.nsync_external_key_mappings USING btree (object_id, model);


--
-- Name: nsync_related_changes_object; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX nsync_related_changes_object ON public.nsync_related_changes USING btree (model, object_id);


--
-- Name: nsync_related_changes_source; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX nsync_related_changes_source ON public.nsync_related_changes USING btree (run_source_id);


--
-- Name: nsync_row_outcomes_object; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX nsync_row_outcomes_object ON public.nsync_row_outcomes USING btree (object_id);


--
-- Name: nsync_run_sources_run; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX nsync_run_sources_run ON public.nsync_run_sources USING btree (run_id, "position");


--
-- Name: nsync_run_sources_system; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX nsync_run_sources_system ON public.nsync_run_sources USING btree (external_system_id);


--
-- Name: nsync_runs_status; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX nsync_runs_status ON public.nsync_runs USING btree (status);


--
-- Name: person_employee_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX person_employee_id_index ON public.person USING btree (employee_id);


--
-- Name: car car_assigned_to_id_foreign; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.car
    ADD CONSTRAINT car_assigned_to_id_foreign FOREIGN KEY (assigned_to_id) REFERENCES public.person(id) ON DELETE SET NULL;


--
-- Name: house house_owner_id_foreign; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.house
    ADD CONSTRAINT house_owner_id_foreign FOREIGN KEY (owner_id) REFERENCES public.person(id) ON DELETE SET NULL;


--
-- Name: nsync_external_key_mappings nsync_external_key_mappings_external_system_id_foreign; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_external_key_mappings
    ADD CONSTRAINT nsync_external_key_mappings_external_system_id_foreign FOREIGN KEY (external_system_id) REFERENCES public.nsync_external_systems(id) ON DELETE RESTRICT;


--
-- Name: nsync_first_touches nsync_first_touches_external_system_id_foreign; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_first_touches
    ADD CONSTRAINT nsync_first_touches_external_system_id_foreign FOREIGN KEY (external_system_id) REFERENCES public.nsync_external_systems(id) ON DELETE CASCADE;


--
-- Name: nsync_run_sources nsync_run_sources_run_id_foreign; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nsync_run_sources
    ADD CONSTRAINT nsync_run_sources_run_id_foreign FOREIGN KEY (run_id) REFERENCES public.nsync_runs(id) ON DELETE CASCADE;


--
-- Name: person_tag person_tag_person_id_foreign; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.person_tag
    ADD CONSTRAINT person_tag_person_id_foreign FOREIGN KEY (person_id) REFERENCES public.person(id) ON DELETE CASCADE;


--
-- Name: person_tag person_tag_tag_id_foreign; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.person_tag
    ADD CONSTRAINT person_tag_tag_id_foreign FOREIGN KEY (tag_id) REFERENCES public.tag(id) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--


